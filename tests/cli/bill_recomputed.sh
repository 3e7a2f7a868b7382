# three shipped tariffs of unlike form over a year: every line of every month again from series.csv, by other code
D=$(mktemp -d)
for t in us-time-of-use aep-ohio-dct us-hours-use; do
    "$BIN" run scenarios/virginia-100mw-gb300.json --quiet --show ledger -o "$D" --series --set site.tariff=$t > /dev/null
    python3 tests/bill.py "$D" $t models/catalog/tariffs.json
done
# months of 743 and 745 hours: a price by the day is of their days
"$BIN" run scenarios/virginia-100mw-gb300.json --quiet --show ledger -o "$D" --series --set site.tariff=aep-ohio-dct --set site.time_zone=Australia/Sydney > /dev/null
python3 tests/bill.py "$D" aep-ohio-dct models/catalog/tariffs.json
# one that bills kVA: its own demand charge, a period's, and a ratchet's
cat > "$D/kva.json" <<'T'
{"tariffs": {"kva": {"title": "bills kVA", "source": "test", "as_of": "2026-01-01", "basis": "estimate", "energy_usd_per_mwh": 50,
  "demand_usd_per_kw_month": 7, "power_factor": 0.93, "min_power_factor": 0.97, "ratchet_frac": 0.99, "demand_window_min": 30,
  "periods": [{"name": "on", "from_month": 6, "to_month": 9, "days": "weekday", "from_h": 14, "to_h": 20, "demand_usd_per_kw_month": 5}],
  "charges": [{"name": "upper part", "basis": "demand", "usd_per_kw_month": 2, "from_mw": 20, "min_power_factor": 1}]}}}
T
"$BIN" run scenarios/virginia-100mw-gb300.json --quiet --show ledger -o "$D" --series --catalog "$D/kva.json" --set site.tariff=kva > /dev/null
python3 tests/bill.py "$D" kva "$D/kva.json"
# firm and non-firm parts of a contract as lines of their own, under calls that stop at the firm part
"$BIN" run scenarios/virginia-100mw-gb300-flood.json --quiet --show ledger -o "$D" --series --set site.tariff=pjm-firm-and-not --set site.ceiling.firm_mw=60 \
    --set site.ceiling.curtailment=pjm-non-firm --set 'site.ceiling.calendar=[]' --set horizon.start=2027-06-01 --set horizon.years=0.25 > /dev/null
python3 tests/bill.py "$D" pjm-firm-and-not models/catalog/tariffs.json 60
python3 - "$D" <<'P'
import csv, json, sys
lines = {}
for b in json.load(open(sys.argv[1] + "/result.json"))["bill"]:
    for x in b["lines"]:
        lines[x["line"], x.get("detail", "")] = lines.get((x["line"], x.get("detail", "")), 0) + x["usd"]
mw = [(float(r["meter_mw"]), float(r["ceiling_mw"])) for r in csv.DictReader(open(sys.argv[1] + "/series.csv"))]
print("both parts are lines, and capacity is of the firm part alone:", lines["transmission demand", "firm"] > 0 and lines["transmission demand", "non-firm"] > 0
      and 0 < lines["capacity", "firm"] <= 60e3 * 120.14705 * (1 + 1e-9) and ("capacity", "non-firm") not in lines)
print("calls stop at the firm part:", min(c for _, c in mw) >= 60 - 1e-9 and min(c for _, c in mw) < 70)
P
S=scenarios/virginia-100mw-gb300.json
npv() { "$BIN" run $S --no-range --quiet --format csv --set horizon.years=0.2 --set horizon.start=2027-06-01 --set site.tariff=pjm-firm-and-not --set site.ceiling.firm_mw="$1" | sed -n 's/^power_cost_usd,\([^,]*\),.*/\1/p'; }
python3 -c "import sys; a, b, c = map(float, sys.argv[1:]); print('more that is firm, a dearer bill:', a < b < c)" "$(npv 0)" "$(npv 20)" "$(npv 40)"
"$BIN" check $S --set 'site.tariff={"charges":[{"name":"x","basis":"demand","usd_per_kw_month":1,"service":"firm","from_mw":3}]}' 2>&1 | grep -c 'names the part of the load'
"$BIN" check $S --set site.tariff=pjm-firm-and-not --set 'site.ceiling.phases=[{"from":"2027-01-01","limit_mw":100,"firm_mw":10}]' 2>&1 | grep -c 'a firm part of its own'
rm -r "$D"
