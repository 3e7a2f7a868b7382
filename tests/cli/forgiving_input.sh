# units anywhere, usual ranges, another type without its forerunner's settings, notes, one error a mistake
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
demo=scenarios/virginia-100mw-gb300.json
metric() { "$BIN" run $demo --format csv --quiet --set horizon.years=0.02 "$@" | grep -E '^(pue_mean|power_cost_usd|site_energy_mwh),'; }
same() { [ "$(metric --set "$1")" = "$(metric --set "$2")" ] && echo "$1 = $2"; }
same 'site.tariff.energy_usd_per_mwh=5.5 c/kWh' site.tariff.energy_usd_per_mwh=55
same 'workloads.chat.demand.output_tok_per_s=20M' 'workloads.chat.demand.output_tok_per_s=20000 ktok/s'
same 'fleet.main.count=42.552k' fleet.main.count=42552
for plant in dry-cooler-w27 chilled-water; do same site.cooling.type=$plant site.cooling=$plant; done
for tariff in eu-day-ahead us-time-of-use; do same site.tariff.type=$tariff site.tariff=$tariff; done
# the same in a file that extends; what it sets itself holds
printf '{"schema_version":1,"name":"x","notes":"why","extends":"%s","site":{"notes":"seen","cooling":{"type":"dry-cooler-w27","notes":"W27"}}}' \
    "$PWD/$demo" >"$tmp/s.json"
"$BIN" run "$tmp/s.json" --format csv --quiet --set horizon.years=0.02 | grep pue_mean >"$tmp/a"
metric --set site.cooling=dry-cooler-w27 | grep pue_mean | cmp - "$tmp/a" && echo "extends: the base's supply_c is gone"
"$BIN" run "$tmp/s.json" --format json --quiet --set horizon.years=0.01 | grep -A1 '"path": "\(site.\)\{0,1\}notes"' | grep value
"$BIN" check $demo --set site.tariff.energy_usd_per_mwh=0.055 --set site.carbon.kg_per_mwh=0.35 --set site.tariff.demand_usd_per_kw_month=0.013 2>&1
printf '{"tariffs":{"X":{"base":"us-large-load","energy_usd_per_mwh":"abc","foo":1,"demand_usd_per_kw_month":-5}}}' >"$tmp/cat.json"
"$BIN" check $demo --catalog "$tmp/cat.json" --set site.tariff=X 2>&1 | sed "s|$tmp/||; s/ (on the month.*)/ (...)/"
"$BIN" check $demo --set 'site.ceiling.limit_mw=150 MWh' --set 'site.tariff={"type":"nosuch","energy_usd":3}' 2>&1 | sed 's/there are:.*/there are .../'
true
# a file of --set lies where the shell completed it, else beside the scenario; a month of some hours in front is told
dir=$(mktemp -d)
{ echo hour_of_year,price_usd_per_mwh; seq 0 8759 | sed 's/$/,40/'; } > "$dir/p.csv"
top=$PWD
(cd "$dir" && "$BIN" run "$top/scenarios/virginia-100mw-gb300.json" --set site.market.file=p.csv --set horizon.years=0.003 --format csv --quiet | awk -F, '/^energy_price_mean/ { printf "%s,%.9g,%s\n", $1, $2, $3 }')
"$BIN" run scenarios/virginia-100mw-gb300.json --set horizon.years=0.003 --show monthly --format csv 2>&1 >/dev/null | grep -o "the first month has.*"
"$BIN" run scenarios/virginia-100mw-gb300.json --set horizon.years=0.003 --set horizon.start=2027-01-01T00:00-05:00 --show monthly --format csv 2>&1 >/dev/null | grep -c "first month"
rm -rf "$dir"
