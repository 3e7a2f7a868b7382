# a name full of shell, gnuplot and CSV syntax reaches none of them
dir=$(mktemp -d)
cd "$dir" || exit 9
"$BIN" run "$OLDPWD/scenarios/virginia-100mw-gb300.json" -o out --format json \
    --set 'name="`touch pwned`$(touch pwned); system(\"touch pwned\")\n=1+1,\"x"' >result.json
rc=$?
[ ! -e pwned ] || echo "the name was executed"
python3 -c 'import json; assert json.load(open("out/result.json")) == json.load(open("result.json"))'
rm -rf "$dir"
exit $rc
