#!/bin/sh
# GNU parallel's job log shows exit value 0 for a job that was killed, or 137, depending on the shell that ran it.
#
# Seen 2026-11-30 with GNU parallel 20221122 (Debian 20221122+ds-2), bash 5.2 and dash 0.5.12. A job killed by SIGKILL stands in
# --joblog with Exitval 0 and Signal 9 when the shell is bash, which replaces itself by a job's only command, and with
# Exitval 137 and Signal 0 under dash, which waits for it. Who looks at column 7 alone takes a shard that the kernel killed for
# a success on one machine and for a failure on another; both columns have to be asked. parallel's own exit status counts
# the job as failed in either case.
#
# Prints what it saw and exits 0; exits 1 when that changes.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download parallel=20221122+ds-2 >/dev/null
dpkg -x parallel_*.deb root
printf '#!/bin/sh\nkill -KILL $$\n' >job
chmod +x job
seen=
for shell in bash dash; do
    rc=0
    PARALLEL_SHELL=/bin/$shell perl root/usr/bin/parallel --will-cite --joblog "$shell.log" '{}' ::: ./job >/dev/null 2>&1 || rc=$?
    seen="$seen$shell: Exitval $(awk 'NR == 2 {print $7 ", Signal " $8}' "$shell.log"), parallel exits $rc; "
done
echo "$seen"
[ "$seen" = "bash: Exitval 0, Signal 9, parallel exits 1; dash: Exitval 137, Signal 0, parallel exits 1; " ]
