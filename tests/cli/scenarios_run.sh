# every shipped scenario runs with closed balances, but the one that is infeasible on purpose says why
for scenario in scenarios/*.json; do
    "$BIN" run "$scenario" --quiet --format csv >/dev/null 2>"${TMPDIR:-/tmp}/wm_err.$$"
    rc=$?
    [ "$rc" -eq 0 ] || echo "$(basename "$scenario" .json): exit $rc, $(head -1 "${TMPDIR:-/tmp}/wm_err.$$" | cut -d' ' -f1-7)"
done
rm -f "${TMPDIR:-/tmp}/wm_err.$$"
