# An argument that is a pipe is read like a file, as often as a verb needs.
scenario=tests/studies/small.json
cat $scenario | "$BIN" check /dev/stdin
cat tests/studies/grid.json | sed 's|"base": *"|&'"$PWD"'/tests/studies/|' | "$BIN" sweep /dev/stdin --dry-run 2>/dev/null | head -1 | cut -c1-20
cat $scenario | "$BIN" compare /dev/stdin $scenario 2>/dev/null | grep -c "No input differs"
cat $scenario | "$BIN" run /dev/stdin --format json 2>/dev/null | grep -c revenue_usd_per_mw_utility_year
