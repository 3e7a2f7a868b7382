# a name full of shell, gnuplot and CSV syntax reaches none of them
dir=$(mktemp -d)
cd "$dir" || exit 9
"$BIN" run "$OLDPWD/scenarios/virginia-100mw-gb300.json" -o out --format json \
    --set 'name="`touch pwned`$(touch pwned); system(\"touch pwned\") =1+1,\"x"' >result.json
rc=$?
[ ! -e pwned ] || echo "the name was executed"
python3 -c 'import json; a = json.load(open("out/result.json")); del a["files"]; assert a == json.load(open("result.json"))'
# nor do characters that act on a terminal get that far
for c in 'u001b[2J' 'n0 errors' 'u009b' 'u202e'; do
    "$BIN" check "$OLDPWD/scenarios/virginia-100mw-gb300.json" --set "name=\"a\\$c\"" >log 2>&1
    [ $? = 3 ] && grep -q E205 log || echo "$c passed"
    LC_ALL=C grep -q "$(printf '[\001-\011\013-\037\177]')" log && echo "$c reached the terminal"
    [ "$(wc -l <log)" = 2 ] || echo "$c made a line"
done
rm -rf "$dir"
exit $rc
