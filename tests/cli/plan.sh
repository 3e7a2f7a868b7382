# Old accelerators give way to new ones; the first year is run; a plan for two products is refused.
set -e
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$BIN" plan scenarios/virginia-100mw-hopper.json --set horizon.years=0.05 --deliveries 20 --growth 0.2 \
    --set workloads.chat.demand.output_tok_per_s=300e6 --candidate gb300-nvl72 --candidate vr200-nvl72 \
    --format json --quiet >"$tmp/p.json"
python3 - "$tmp/p.json" <<'PY'
import json, sys
p = json.load(open(sys.argv[1]))
first = p["years"][0]
assert all(sum(y["mw"].values()) <= 100 + 1e-6 for y in p["years"])
assert abs(p["run_of_year_1"]["served_tok_per_s"] / first["served_tok_per_s"] - 1) < 0.05
assert p["years"][-1]["lambda_usd_per_mw_year"] > 0
print([a["generation"] for a in p["advice"]], len(p["years"]))
PY
# a wrong name or a wrong date is told before anything runs
"$BIN" plan scenarios/virginia-100mw-hopper.json --candidate rubbin --candidate h10 2>&1 || echo "exit $?"
"$BIN" plan scenarios/virginia-100mw-hopper.json --candidate rubin@soon 2>&1 || echo "exit $?"
# phases, dates and deliveries by year are kept; two products
cat >"$tmp/phased.json" <<'JSON'
{"schema_version":1,"name":"dallas-60+140","seed":1,"horizon":{"start":"2027-01-01","years":0.05},
 "site":{"ceiling":{"limit_mw":200,"phases":[{"from":"2027-01-01","limit_mw":60},{"from":"2028-07-02","limit_mw":200}]},
  "weather":{"climate":"dallas"},"cooling":{"type":"dry-cooler","supply_c":30},"tariff":{"type":"us-large-load"}},
 "fleet":[{"name":"hall1","accelerator":"h100","count":"max_p","share_frac":0.3}],
 "workloads":[{"name":"old","kind":"request","class":"chat","llm":"llama-3.1-70b","precision":"fp8","pool":"hall1",
   "demand":{"output_tok_per_s":40e6},"price":{"deck":"mid-band","paid_frac":0.6}},
  {"name":"small","kind":"request","class":"chat","llm":"llama-3.1-8b","precision":"fp8","pool":"hall1","pool_share_frac":0.2,
   "demand":{"output_tok_per_s":20e6},"price":{"deck":"economy-band","paid_frac":0.6}}]}
JSON
"$BIN" plan "$tmp/phased.json" --years 4 --growth 0.2 --candidate gb300-nvl72:8 --candidate vr200@2028-01:10,20,40 \
    --format json --quiet >"$tmp/q.json" || echo "exit $?"
python3 - "$tmp/q.json" <<'PY'
import json, sys
p = json.load(open(sys.argv[1]))
y = p["years"]
print([round(t["ceiling_mw"]) for t in y])
assert all(sum(t["mw"].values()) <= t["ceiling_mw"] + 1e-6 for t in y)
assert y[0]["mw"].get("vr200-nvl72", 0) == 0
assert y[0]["mw"].get("gb300-nvl72", 0) <= 8 + 1e-6
assert p["run_of_year_1"]["meets_the_plan"]
PY
# a plan that its own first year does not meet fails and says by how much
"$BIN" plan scenarios/virginia-100mw-hopper.json --candidate gb300-nvl72 --years 2 --quiet --set horizon.years=0.02 \
    --set workloads.chat.demand.output_tok_per_s=300e6 \
    --set 'site.ceiling.calendar=[{"from":"2027-01-01T00:00","to":"2027-01-06T00:00","limit_mw":10}]' >/dev/null 2>"$tmp/short" && echo "met?" || echo "exit $?"
grep -o 'error E308: plan: year 1 run as whole racks serves' "$tmp/short"
