#!/bin/sh
# Programs that know include/wattmill/api.h alone, against the shared library; closes with "N passed, N failed".
# usage: embed.sh LIBRARY PROGRAM...
set -u
[ ! -x /usr/bin/python3 ] || PATH=/usr/bin:$PATH
library=$1
shift
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0
failed=0
verdict() {
    if [ "$2" -eq 0 ]; then passed=$((passed + 1)) && echo "ok   $1"; else failed=$((failed + 1)) && echo "FAIL $1" && sed 's/^/     /' "$tmp/log"; fi
}

printf '{"schema_version": 1, "name": "week", "extends": "%s/scenarios/virginia-100mw-gb300.json", "horizon": {"years": 0.02}}' \
    "$PWD" >"$tmp/week.json"
for program in "$@"; do
    "$program" "$tmp/week.json" >"$tmp/log" 2>&1
    rc=$?
    [ $rc -eq 0 ] && grep -q 'USD/MWh' "$tmp/log" && [ "$("$program" nothing.json 2>&1 | grep -c E102)" = 1 ]
    verdict "embed ${program##*/}" $?
done

# the library exports the stable face and nothing else
nm -D --defined-only "$library" | awk '{print $3}' | grep -v '^_' | sort >"$tmp/exported"
grep -o 'wattmill_[a-z_]*(' include/wattmill/api.h | tr -d '(' | grep -v '_fn$' | sort -u >"$tmp/declared"
diff "$tmp/declared" "$tmp/exported" >"$tmp/log"
verdict "embed: exported symbols" $?

WATTMILL_LIBRARY=$PWD/$library PYTHONPATH=include/python python3 -m unittest -q tests/python/test_wattmill.py >"$tmp/log" 2>&1
verdict "embed: python" $?
PYTHONDONTWRITEBYTECODE=1 python3 tests/python/generate.py build/wattmill "$library" check >"$tmp/log" 2>&1
verdict "embed: types and page of python" $?
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
