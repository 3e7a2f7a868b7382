# the page of a saved comparison: sides, figures and bridges are those of compare.json, also as a workbook; bars of a bridge sum;
# drawings share their axes; pages of other cases, and the word that they have no bridge
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
A=scenarios/virginia-100mw-gb300.json
sed 's/"virginia-100mw-gb300"/"b <i> \&"/' $A | sed "s|\"base/|\"$PWD/scenarios/base/|" >"$dir/b.json"
"$BIN" compare $A "$dir/b.json" --set horizon.years=0.05 -q -o "$dir/none" --no-bridge >/dev/null 2>&1
"$BIN" report "$dir/none/compare.json" | grep -c 'No input differs'
python3 - "$dir/b.json" <<'PY'
import json, sys
tree = json.load(open(sys.argv[1]))
tree["site"]["ceiling"]["limit_mw"] = 60
tree["site"].setdefault("tariff", {})["energy_usd_per_mwh"] = 70
json.dump(tree, open(sys.argv[1], "w"))
PY
"$BIN" compare $A "$dir/b.json" --set horizon.years=0.05 -q -o "$dir/cmp" >/dev/null 2>&1
"$BIN" report "$dir/cmp/compare.json" >"$dir/c.html"
"$BIN" report "$dir/cmp/compare.json" | cmp - "$dir/c.html" && echo "equal bytes: yes"
DIR=$dir python3 - <<'PY'
import json, os, re
d = os.environ["DIR"]
page, saved = open(d + "/c.html").read(), json.load(open(d + "/cmp/compare.json"))
a, b = (s["metrics"] for s in saved["sides"])
npv = re.search(r"Net present value \(NPV\)</td><td>([^<]*)</td><td class=\"n\">([^<]*)</td><td class=\"n\">([^<]*)</td>", page).groups()
scale = {"G$": 1e9, "M$": 1e6}[npv[0]]
near = lambda text, x: abs(float(text.replace(",", "")) - x) <= 5e-4 * abs(x)
print("figures are those of the file:", "yes" if near(npv[1], a["npv_usd"] / scale) and near(npv[2], b["npv_usd"] / scale) else "no")
rows = re.findall(r"<tr><td><code>([^<]*)</code></td><td>([^<]*)</td><td>([^<]*)</td>", page)
print("inputs that differ:", sorted(rows) == sorted((c["path"], f'{c["a"]:g}', f'{c["b"]:g}') for c in saved["changed"]) and len(rows) >= 2)
print("bridges of revenue and NPV:", len(re.findall("<h2>From A to B: (?:Revenue|Net present value)", page)))
print("bars:", len(re.findall('<rect class="(?:up|down|end)"', page)) == sum(len(x["steps"]) + 2 for x in saved["bridges"]))
print("drawings on common axes:", page.count('<svg class="axes"'))
print("names are text:", "b &lt;i&gt; &amp;" in page and "<i>" not in page)
PY
"$BIN" report "$dir/cmp/compare.json" -o "$dir/c.xlsx" 2>/dev/null && { python3 tests/workbook.py "$dir/c.xlsx" 2>/dev/null | grep -c 'all come'; } || echo 1 # SKIP: without libxlsxwriter
"$BIN" report "$dir/cmp/compare.json" --seed 3 2>&1 | grep -c 'E103'
C=scenarios/cases/replay-h100-llama70b-chat.json
"$BIN" report $C 2>/dev/null | grep -c '<h2>Figures</h2>'
printf '{"extends": "%s", "schema_version": 1, "name": "x<b>", "router": "round-robin"}' "$PWD/$C" >"$dir/o.json"
"$BIN" report $C "$dir/o.json" 2>/dev/null >"$dir/o.html"
grep -c 'No bridge stands here' "$dir/o.html"
grep -c '<td><code>router</code></td>' "$dir/o.html" | awk '{ print ($1 > 0) }'
grep -c 'x<b>' "$dir/o.html"
"$BIN" report $C $A 2>&1 | grep -c 'E305'
