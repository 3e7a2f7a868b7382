# three shipped tariffs of unlike form over a year: every line of every month again from series.csv, by other code
D=$(mktemp -d)
for t in us-time-of-use aep-ohio-dct us-hours-use; do
    "$BIN" run scenarios/virginia-100mw-gb300.json --quiet --show ledger -o "$D" --series --set site.tariff=$t > /dev/null
    python3 tests/bill.py "$D" $t models/catalog/tariffs.json
done
# one that bills kVA: its own demand charge, a period's, and a ratchet's
cat > "$D/kva.json" <<'T'
{"tariffs": {"kva": {"title": "bills kVA", "source": "test", "as_of": "2026-01-01", "basis": "estimate", "energy_usd_per_mwh": 50,
  "demand_usd_per_kw_month": 7, "power_factor": 0.93, "min_power_factor": 0.97, "ratchet_frac": 0.99, "demand_window_min": 30,
  "periods": [{"name": "on", "from_month": 6, "to_month": 9, "days": "weekday", "from_h": 14, "to_h": 20, "demand_usd_per_kw_month": 5}],
  "charges": [{"name": "upper part", "basis": "demand", "usd_per_kw_month": 2, "from_mw": 20, "min_power_factor": 1}]}}}
T
"$BIN" run scenarios/virginia-100mw-gb300.json --quiet --show ledger -o "$D" --series --catalog "$D/kva.json" --set site.tariff=kva > /dev/null
python3 tests/bill.py "$D" kva "$D/kva.json"
rm -r "$D"
