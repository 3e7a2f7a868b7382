"$BIN" run scenarios/virginia-100mw-gb300.json --assert 'pue_mean<1' 2>"${TMPDIR:-/tmp}/assert.$$" >/dev/null
rc=$?
sed 's/= [0-9.]*/= VALUE/' "${TMPDIR:-/tmp}/assert.$$" >&2
rm -f "${TMPDIR:-/tmp}/assert.$$"
exit $rc
