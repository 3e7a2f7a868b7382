# fits a terminal of 80 x 24
"$BIN" run scenarios/virginia-100mw-gb300.json >"${TMPDIR:-/tmp}/screen.$$"
awk 'length($0) > 80 { print "line " NR " is too long" } END { if (NR > 24) print NR " lines" }' \
    "${TMPDIR:-/tmp}/screen.$$"
rm -f "${TMPDIR:-/tmp}/screen.$$"
