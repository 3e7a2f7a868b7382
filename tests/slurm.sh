#!/bin/sh
# Runs a study as a Slurm job array: a controller, a node and munge of its own on this machine, all in
# a folder that is removed again. The merged shards must export as one run does.
# usage: slurm.sh BIN (root; Debian: slurm-wlm, munge)
set -eu
BIN=$(realpath "$1")
for program in munged slurmctld slurmd sbatch; do
    command -v $program >/dev/null 2>&1 || { echo "SKIP slurm: $program is not installed (slurm-wlm, munge)"; exit 0; }
done
[ "$(id -u)" = 0 ] || { echo "SKIP slurm: needs root"; exit 0; }
top=$PWD
dir=$(mktemp -d /tmp/wm_slurm_XXXXXX)
host=$(hostname -s)
chmod 755 "$dir"
pids=
stop() {
    for pid in $pids; do kill "$pid" 2>/dev/null || :; done
    sleep 1
    rm -rf "$dir"
}
trap stop EXIT
mkdir "$dir/state" "$dir/spool" "$dir/munge"
chmod 700 "$dir/munge"
head -c 1024 /dev/urandom >"$dir/munge/key"
chmod 400 "$dir/munge/key"
munged --force --foreground --key-file="$dir/munge/key" --socket="$dir/munge.socket" --pid-file="$dir/munge/pid" \
    --log-file="$dir/munge/log" --seed-file="$dir/munge/seed" >"$dir/munged.out" 2>&1 &
pids="$!"
chmod 711 "$dir/munge"
cat >"$dir/slurm.conf" <<C
ClusterName=wattmill
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge.socket
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmctldPort=26817
SlurmdPort=26818
SlurmctldPidFile=$dir/ctld.pid
SlurmdPidFile=$dir/d.pid
SlurmdSpoolDir=$dir/spool
StateSaveLocation=$dir/state
SlurmctldLogFile=$dir/ctld.log
SlurmdLogFile=$dir/d.log
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
C
export SLURM_CONF="$dir/slurm.conf"
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -S "$dir/munge.socket" ] && break; sleep 0.3; done
slurmctld -D -c >"$dir/ctld.out" 2>&1 &
pids="$! $pids"
slurmd -D -N "$host" >"$dir/d.out" 2>&1 &
pids="$! $pids"
for _ in $(seq 40); do sinfo -h -t idle 2>/dev/null | grep -q . && break; sleep 0.5; done
sinfo -h | sed 's/^/# /'

cd "$dir"
WATTMILL=$BIN sh "$top/scenarios/studies/submit.sh" "$top/tests/studies/grid.json" 4 "$dir/out" --mem-per-cpu=0
for _ in $(seq 240); do
    [ -z "$(squeue -h 2>/dev/null)" ] && break
    sleep 0.5
done
cat "$dir"/wattmill-*.log | sed 's/^/# /'
[ -e out/merged.sqlite ] || { echo "no merged store"; tail -n 20 "$dir/ctld.log" "$dir/d.log"; exit 1; }
"$BIN" sweep "$top/tests/studies/grid.json" -o whole.sqlite --quiet >/dev/null
for format in csv jsonl; do
    "$BIN" export whole.sqlite --format $format >a
    "$BIN" export out/merged.sqlite --format $format >b
    cmp a b
done
echo "slurm: 4 array tasks merged are the bytes of one run"
