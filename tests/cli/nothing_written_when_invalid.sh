dir=$(mktemp -d)
"$BIN" run scenarios/virginia-100mw-gb300.json --set site.ceiling.limit_mw=-3 -o "$dir/out"
rc=$?
[ ! -e "$dir/out" ] || echo "something was written"
rm -rf "$dir"
exit $rc
