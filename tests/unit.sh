#!/bin/sh
# Runs the unit test programs named on the command line, as many at a time as there are processors; closes with
# "N passed, N failed".
set -u
jobs=$(nproc 2>/dev/null || echo 2)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# shellcheck disable=SC2016
printf '%s\n' "$@" | xargs -P "$jobs" -I '{}' sh -c '"$1" >"$2/${1##*/}.log" 2>&1; echo $? >"$2/${1##*/}.rc"' one '{}' "$dir"
passed=0
failed=0
for bin in "$@"; do
    log=$dir/${bin##*/}.log
    rc=$(cat "$dir/${bin##*/}.rc" 2>/dev/null || echo 127)
    line=$(sed -n 's/^[0-9]*%: \(Checks: .*\)$/\1/p' "$log" | tail -n 1)
    n=$(printf '%s\n' "$line" | sed -n 's/Checks: \([0-9]*\).*/\1/p')
    bad=$(printf '%s\n' "$line" | sed -n 's/.*Failures: \([0-9]*\), Errors: \([0-9]*\).*/\1 \2/p')
    n=${n:-0}
    nbad=0
    for b in $bad; do nbad=$((nbad + b)); done
    if [ "$rc" -ne 0 ] && [ "$nbad" -eq 0 ]; then nbad=1; n=$((n + 1)); fi
    passed=$((passed + n - nbad))
    failed=$((failed + nbad))
    printf '%-28s %s\n' "${bin##*/}" "${line:-no tests ran (exit $rc)}"
    grep '^SKIP' "$log" || :
    [ "$nbad" -eq 0 ] || cat "$log"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
