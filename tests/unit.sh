#!/bin/sh
# Runs the unit test programs named on the command line; closes with "N passed, N failed".
set -u
passed=0
failed=0
for bin in "$@"; do
    out=$("$bin" 2>&1)
    rc=$?
    line=$(printf '%s\n' "$out" | sed -n 's/^[0-9]*%: \(Checks: .*\)$/\1/p' | tail -n 1)
    n=$(printf '%s\n' "$line" | sed -n 's/Checks: \([0-9]*\).*/\1/p')
    bad=$(printf '%s\n' "$line" | sed -n 's/.*Failures: \([0-9]*\), Errors: \([0-9]*\).*/\1 \2/p')
    n=${n:-0}
    nbad=0
    for b in $bad; do nbad=$((nbad + b)); done
    if [ "$rc" -ne 0 ] && [ "$nbad" -eq 0 ]; then nbad=1; n=$((n + 1)); fi
    passed=$((passed + n - nbad))
    failed=$((failed + nbad))
    printf '%-28s %s\n' "${bin##*/}" "${line:-no tests ran (exit $rc)}"
    printf '%s\n' "$out" | grep '^SKIP' || :
    [ "$nbad" -eq 0 ] || printf '%s\n' "$out"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
