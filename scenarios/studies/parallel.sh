#!/bin/sh
# Runs a study as N shards with GNU parallel, here or over several hosts, and merges them.
# usage: parallel.sh STUDY N OUT [HOSTS]; the merged store is OUT/merged.sqlite
# HOSTS is a file of ssh logins, one a line (`8/user@host` for 8 jobs at once, `:` for this one). The
# hosts share this folder (NFS or the like) and have wattmill at the same path (WATTMILL). Run again,
# it finishes what is missing.
set -eu
[ $# -ge 3 ] || { sed -n '3s/^# //p' "$0" >&2; exit 2; }
study=$(realpath "$1")
n=$2
mkdir -p "$3"
out=$(realpath "$3")
hosts=${4:-}
: "${WATTMILL:=wattmill}"
# exit 6 (some points ended badly) is an answer, not a reason to try a shard again
seq "$n" | parallel --will-cite --joblog "$out/joblog" ${hosts:+--sshloginfile "$hosts" --workdir "$PWD"} \
    "$WATTMILL" sweep "$study" --shard "{}/$n" --jobs 1 --quiet -o "$out/{}.sqlite" || :
# a shard that was killed has its signal in column 8, and exit 0 where the shell is bash
awk -F '\t' 'NR > 1 && (($7 != 0 && $7 != 6) || $8 != 0) {
    print "shard failed, exit " $7 ", signal " $8 ": " $9; bad = 1 } END { exit bad }' "$out/joblog" >&2
cd "$out"
exec "$WATTMILL" merge merged.sqlite [0-9]*.sqlite
