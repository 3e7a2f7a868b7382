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
"$BIN" plan scenarios/virginia-100mw-hopper.json --candidate no-such-thing --set horizon.years=0.02 --quiet |
    grep -c "left out: no-such-thing"
