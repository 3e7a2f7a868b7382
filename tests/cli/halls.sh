#!/bin/sh
# Two halls: the table by hall, the array in result.json, the verdict when a hall's limit binds.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
f=scenarios/sites/dallas-100mw-two-halls.json
"$BIN" run "$f" --no-range --set horizon.years=0.02 --show halls --format csv 2>/dev/null | cut -d, -f1-6
"$BIN" run "$f" --no-range --set horizon.years=0.02 --set workloads.r1.demand.output_tok_per_s=1e9 \
    --set fleet.rubin.count=18648 --set site.halls.1.it_limit_mw=20 --format json 2>/dev/null >"$tmp/r.json"
python3 - "$tmp/r.json" <<'PY'
import json, sys
r = json.load(open(sys.argv[1]))
m = {x["key"]: x["value"] for x in r["metrics"]} if isinstance(r["metrics"], list) else r["metrics"]
value = lambda k: m[k]["value"] if isinstance(m[k], dict) else m[k]
h = {x["name"]: x for x in r["halls"]}
assert abs(sum(x["energy_mwh"] for x in h.values()) / value("site_energy_mwh") - 1) < 1e-9
assert h["new"]["it_peak_mw"] <= 20 * (1 + 1e-9) and h["new"]["bound_hours"] > 100
assert h["old"]["bound_hours"] == 0 and value("hall_capped_hours") == h["new"]["bound_hours"]
print("closed")
PY
"$BIN" run "$f" --no-range --set horizon.years=0.02 --set workloads.r1.demand.output_tok_per_s=1e9 \
    --set fleet.rubin.count=18648 --set site.halls.1.it_limit_mw=20 2>/dev/null | grep -o 'limited by [a-z ]*'
"$BIN" run "$f" --set fleet.rubin.count=90000 --set site.halls.1.rows=10 --set site.halls.1.racks_per_row=20 2>&1 |
    grep E301 || true
"$BIN" run "$f" --set site.halls.1.rack_limit_kw=120 2>&1 | grep E301 || true
"$BIN" run "$f" --set fidelity=request 2>&1 | grep -o 'E211.*' || true
