#!/bin/sh
# Sends a study to Slurm as an array of N shards, and a job that merges them when all have ended.
# usage: submit.sh STUDY N OUT [options of sbatch]; the merged store is OUT/merged.sqlite
# Points that end badly (exit 6) do not hold up the merge; shards cut short are sent again with the
# same command, which runs only what is missing.
set -eu
[ $# -ge 3 ] || { sed -n '3s/^# //p' "$0" >&2; exit 2; }
study=$(realpath "$1")
n=$2
mkdir -p "$3"
out=$(realpath "$3")
here=$(dirname "$(realpath "$0")")
shift 3
array=$(STUDY=$study OUT=$out sbatch --parsable --export=ALL --array="1-$n" "$@" "$here/study.sbatch")
merge=$(WATTMILL=${WATTMILL:-wattmill} OUT=$out sbatch --parsable --export=ALL --job-name=wattmill-merge \
    --output=%x-%j.log --dependency="afterany:$array" "$@" "$here/merge.sbatch")
echo "shards: job $array, merge: job $merge, result: $out/merged.sqlite"
