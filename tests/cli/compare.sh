# Two places: the bars of the bridge sum; a result read back equals its scenario; a ladder is a table.
set -e
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
short="--set horizon.years=0.02 --quiet"
"$BIN" compare scenarios/virginia-100mw-gb300.json scenarios/phoenix-100mw-gb300.json $short \
    --set site.tariff.energy_usd_per_mwh=60 --format json >"$tmp/c.json" 2>/dev/null
python3 - "$tmp/c.json" <<'PY'
import json, sys
c = json.load(open(sys.argv[1]))
for b in c["bridges"]:
    total = b["a"] + sum(s["change"] for s in b["steps"])
    assert b["steps"] and abs(total - b["b"]) <= 1e-9 * abs(b["a"]), b
print([x["path"] for x in c["changed"]], len(c["sides"]))
PY
"$BIN" run scenarios/virginia-100mw-gb300.json $short --format json >"$tmp/r.json" 2>/dev/null
"$BIN" compare scenarios/virginia-100mw-gb300.json "$tmp/r.json" --quiet --no-bridge --format csv 2>/dev/null | head -1
"$BIN" compare "$tmp/r.json" "$tmp/r.json" --quiet | grep -c "No input differs"
"$BIN" compare scenarios/virginia-100mw-pascal-llama8b.json scenarios/virginia-100mw-hopper-llama8b.json \
    scenarios/virginia-100mw-kepler-gpt3.json $short | sed -n '/ is worth most/d; s/^\(virginia[^ ]*\) *\([a-z]*\).*/\1 \2/p'
# a side, scenario or result, may come from standard input, through a pipe too
cd scenarios || exit 1
"$BIN" compare virginia-100mw-h100.json virginia-100mw-gb300.json $short --quiet --no-bridge --format csv >"$tmp/by_name" 2>/dev/null
cat virginia-100mw-gb300.json | "$BIN" compare virginia-100mw-h100.json - $short --quiet --no-bridge --format csv 2>/dev/null | cmp - "$tmp/by_name" && echo "from standard input: the same"
cat "$tmp/r.json" | "$BIN" report - --quick --quiet 2>/dev/null | grep -c "</html>"
