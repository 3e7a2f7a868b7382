# Users' own claims: the same form, catalogue entries of their own, two ends of serving or of a run; all mistakes at once.
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
here=$(pwd)
cat >"$dir/own.json" <<JSON
{"accelerators": {"our-b300": {"base": "b300", "title": "B300 of ours"}},
 "claims": {
  "own-same": {"title": "two equal ends", "source": "a test", "as_of": "2026-11-30", "basis": "estimate", "conditions": "Llama 3.1 8B",
    "unit": "x", "published": 1, "evidence": "arithmetic",
    "serving": {"llm": "llama-3.1-8b", "precision": "bf16", "input_tok": 1000, "output_tok": 200, "tok_per_s_per_user": 30,
                "old": {"accelerator": "b300"}, "new": {"accelerator": "our-b300"}}},
  "own-gain": {"title": "the same as percent won", "source": "a test", "as_of": "2026-11-30", "basis": "estimate", "conditions": "H100 to H200",
    "unit": "%", "published_low": 0, "published_high": 400, "evidence": "independent", "as": "gain", "uncertain": "per-gpu",
    "serving": {"per": "gpu", "llm": "llama-3.1-8b", "precision": "bf16", "input_tok": 1000, "output_tok": 200, "tok_per_s_per_user": 30,
                "old": {"accelerator": "h100"}, "new": {"accelerator": "h200"}}},
  "own-ratio": {"title": "and as a ratio", "source": "a test", "as_of": "2026-11-30", "basis": "estimate", "conditions": "H100 to H200",
    "unit": "x", "published_low": 1, "published_high": 5, "evidence": "independent", "uncertain": "per-gpu",
    "serving": {"per": "gpu", "llm": "llama-3.1-8b", "precision": "bf16", "input_tok": 1000, "output_tok": 200, "tok_per_s_per_user": 30,
                "old": {"accelerator": "h100"}, "new": {"accelerator": "h200"}}},
  "own-mw": {"title": "energy follows the ceiling of a site that could use more", "source": "a test", "as_of": "2026-11-30", "basis": "estimate", "conditions": "half the ceiling",
    "unit": "x", "published": 0.5, "within": 1.05, "evidence": "independent",
    "run": {"document": "$here/scenarios/virginia-100mw-gb300-flood.json", "figure": "site_energy_mwh", "set": {"horizon.years": 0.02, "site.ceiling.calendar": []},
            "old": {}, "new": {"set": {"site.ceiling.limit_mw": 50}}}}}}
JSON
"$BIN" claims own --add "$dir/own.json" --format json --quiet >"$dir/own.out" || exit 1
"$BIN" run scenarios/virginia-100mw-gb300-flood.json --set horizon.years=0.02 --set site.ceiling.calendar=[] --format csv --quiet >"$dir/a"
"$BIN" run scenarios/virginia-100mw-gb300-flood.json --set horizon.years=0.02 --set site.ceiling.calendar=[] --set site.ceiling.limit_mw=50 --format csv --quiet >"$dir/b"
python3 - "$dir" <<'PY'
import csv, json, sys
rows = {r["id"]: r for r in json.load(open(sys.argv[1] + "/own.out"))}
mwh = [next(float(r["value"]) for r in csv.DictReader(open(sys.argv[1] + "/" + f)) if r["metric" if "metric" in r else "key"] == "site_energy_mwh") for f in "ab"]
print("equal ends make 1:", rows["own-same"]["computed"] == 1)
print("gain is the ratio in percent:", abs(rows["own-gain"]["computed"] - 100 * (rows["own-ratio"]["computed"] - 1)) < 1e-9)
print("ratio of two runs as run prints them:", abs(rows["own-mw"]["computed"] - mwh[1] / mwh[0]) < 1e-12)
print("only the four:", len(rows))
PY
cat >"$dir/bad.json" <<JSON
{"claim": {}, "claims": {
  "million-fold-serial": {},
  "bad-1": {"title": "t", "source": "s", "as_of": "2026", "basis": "measurd", "conditions": "c", "unit": "x", "published": 2, "evidence": "independent",
    "serving": {"llm": "lama-3.1-70b", "precision": "fp8", "input_tok": 0, "output_tok": 500, "old": {"accelerator": "h200"}, "new": {"accelerator": "b30"}}},
  "bad-2": {"title": "t", "source": "s", "as_of": "2026-01", "basis": "vendor", "conditions": "c", "unit": "x", "published_low": 2, "evidence": "independent",
    "run": {"document": "$here/scenarios/virginia-100mw-gb300.json", "figure": "npv_us", "set": {"site.ceiling.limit_mw": 3}}},
  "bad-3": {"title": "t", "source": "s", "as_of": "2026-01-01", "basis": "vendor", "conditions": "c", "unit": "x", "published": 1, "published_low": 1, "published_high": 2, "evidence": "independent"}}}
JSON
"$BIN" claims --add "$dir/bad.json" 2>&1 | sed "s,$dir/,,; s,$here/,,"
"$BIN" claims --add "$dir/bad.json" >/dev/null 2>&1
echo "exit $?"
"$BIN" claims own-same --add "$dir/none.json" >/dev/null 2>&1
echo "exit $?"
# The page: figure, classes, a user's text escaped, equal bytes.
sed 's,two equal ends,<script>alert(1)</script>,' "$dir/own.json" >"$dir/evil.json"
"$BIN" report --claims own --add "$dir/evil.json" >"$dir/1.html" && "$BIN" report --claims own --add "$dir/evil.json" -o "$dir/page" >/dev/null
cmp "$dir/1.html" "$dir/page/report.html" && echo "same page"
ls "$dir/page"
grep -c '<script' "$dir/1.html"
grep -o '<h2>[^<]*' "$dir/1.html"
"$BIN" report --add x 2>&1
exit 0
