# a year from a CSV: its weather, price and carbon replace climate, flat price and flat carbon
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
awk 'BEGIN { print "hour_of_year,dry_bulb_c,wet_bulb_c,price_usd_per_mwh,carbon_gco2_per_kwh"
    for (i = 0; i < 8760; i++) print i ",20,15," (i % 24 < 12 ? 20 : 60) ",500" }' > "$tmp/year.csv"
printf '{"schema_version": 1, "name": "year", "extends": "%s/scenarios/virginia-100mw-gb300.json"}' "$PWD" \
    > "$tmp/s.json"
"$BIN" run "$tmp/s.json" --set site.weather.file=year.csv --set site.weather.utc_offset_h=-6 \
    --set workloads.chat.demand.shape=flat --set site.ceiling.calendar='[]' --format json |
    python3 -c '
import json, sys
r = json.load(sys.stdin)
m = {k: v["value"] for k, v in r["metrics"].items()}
line = {l["name"]: l["usd"] for l in r["ledger"]}
print("price %.2f" % (line["energy"] / m["site_energy_mwh"]))
print("carbon %.6f" % (m["carbon_kg"] / m["site_energy_mwh"]))
print("pue %s" % ("flat" if m["pue_peak_hour"] - m["pue_mean"] < 2e-3 else "moves"))
'
"$BIN" check "$tmp/s.json" --set site.weather.file=year.csv 2>&1 | sed "s|$tmp/||g"
"$BIN" check "$tmp/s.json" --set site.market.file=year.csv 2>&1 | sed "s|$tmp/||g"
# what the file holds is part of the scenario's fingerprint
stamp() { "$BIN" run "$tmp/s.json" --set site.weather.file=year.csv --set horizon.years=0.003 --format json 2>/dev/null |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["stamp"]["scenario_hash"])'; }
one=$(stamp)
sed -i '2s/,20,15,/,21,15,/' "$tmp/year.csv"
[ "$one" != "$(stamp)" ] && echo "another file, another stamp"
