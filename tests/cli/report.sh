# One page: names are escaped, equal results give equal bytes, a result read back gives the same page.
set -e
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cat >"$tmp/s.json" <<'JSON'
{ "extends": "../PLACE/scenarios/virginia-100mw-gb300.json", "schema_version": 1,
  "name": "<script>alert(1)</script> & \"x\"", "horizon": { "years": 0.02 } }
JSON
sed -i "s|\.\./PLACE|$PWD|" "$tmp/s.json"
"$BIN" run "$tmp/s.json" -o "$tmp/run" --quiet >/dev/null
"$BIN" report "$tmp/s.json" --quick >"$tmp/a.html"
"$BIN" report "$tmp/run/result.json" --quick >"$tmp/b.html"
"$BIN" report "$tmp/s.json" -o "$tmp/out" >/dev/null
cmp "$tmp/a.html" "$tmp/b.html" && echo same
grep -o '<script[^>]*>' "$tmp/a.html" # ours alone: data, and the one that its policy names by digest
python3 - "$tmp/a.html" <<'PY'
import base64, hashlib, json, re, sys
page = open(sys.argv[1]).read()
script = re.search(r"<script>(.*?)</script>", page, re.S)[1]
digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
print("the policy names it:", f"script-src 'sha256-{digest}'" in page)
data = json.loads(re.search(r'id="run-data">(.*?)</script>', page, re.S)[1])
print("data for the charts:", data["name"].startswith("<script>") and len(data["yearly"]) > 1 and len(data["charts"]["heat"]["site_mw"]) == 288)
PY
grep -c '&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;</h1>' "$tmp/a.html"
grep -o '<svg' "$tmp/a.html" | wc -l
grep -o '<h2>[^<]*' "$tmp/out/report.html"
grep -c 'class="user">scenario file' "$tmp/out/report.html" | awk '{ print ($1 > 10) }'
# the first page: figures in words and units of planners, equal to the result; each drawing has a title of its own
python3 - "$tmp/out/report.html" "$tmp/run/result.json" <<'PY'
import json, re, sys
page, metrics = open(sys.argv[1]).read(), json.load(open(sys.argv[2]))["metrics"]
front = page[page.index('<section class="front">'):page.index("</section>")]
row = lambda words: re.search(re.escape(words) + r'</td><td class="n">([^<]*)</td><td>([^<]*)</td>', front).groups()
assert row("Accelerators installed") == (f'{metrics["gpus_installed"]["value"]:,.0f}', "GPUs")
assert row("Capacity sold") == (f'{100 * metrics["sold_frac"]["value"]:.1f}', "%")
assert row("Time per output token, median") == (f'{1e3 * metrics["tpot_p50_s"]["value"]:.4g}', "ms")
assert "_usd" not in front[front.index("Main figures"):front.index("What the scenario sets")]
titles = re.findall(r"<title>([^<]*)</title>", page)
assert len(set(titles)) == len(titles) >= 7 and "Gnuplot" not in titles, titles
assert "details::details-content" in page and "prefers-color-scheme:dark" in page
for link in re.findall(r'href="#(p0-[a-z]+)"', front):
    assert f'id="{link}"' in page, link
PY
(cd "$tmp/out" && ls *.pdf *.html)
cat >"$tmp/study.json" <<JSON
{ "extends": "$PWD/scenarios/virginia-100mw-gb300.json", "schema_version": 1, "name": "st<b>udy",
  "horizon": { "years": 0.01 },
  "site": { "tariff": { "type": "us-large-load", "energy_usd_per_mwh": { "sweep": [40, 60, 80] } } } }
JSON
"$BIN" sweep "$tmp/study.json" -o "$tmp/study.sqlite" --quiet >/dev/null 2>&1
"$BIN" report "$tmp/study.sqlite" >"$tmp/study.html"
"$BIN" report "$tmp/study.sqlite" | cmp - "$tmp/study.html" && echo same
grep -c 'st<b>udy' "$tmp/study.html" || true
grep -o '<h2>[^<]*' "$tmp/study.html"
# two results: what differs, side by side, and the full reports folded behind
"$BIN" report "$tmp/s.json" "$PWD/scenarios/phoenix-100mw-gb300.json" --set horizon.years=0.02 --quick >"$tmp/two.html" 2>/dev/null
grep -o '<h1>[^<]*\|<td><code>site.weather.climate</code></td><td>[^<]*</td><td>[^<]*\|<h2>Main figures side by side\|<summary>Full report' "$tmp/two.html"
grep -c '<script' "$tmp/two.html" || true
