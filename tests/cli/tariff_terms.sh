# power factor and exit fee: what a kW counts for, and what a contract that is left costs
S=scenarios/virginia-100mw-gb300.json
run() { "$BIN" run $S --quiet --no-range --format csv --set horizon.years=0.05 --set site.tariff.min_demand_frac=0 "$@"; }
demand() { run --show ledger "$@" | sed -n 's/^"*demand charge"*,\([^,]*\),.*/\1/p'; }
metric() { key=$1; shift; run "$@" | sed -n "s/^$key,\([^,]*\),.*/\1/p"; }
is() { python3 -c "import sys; a, b = map(float, sys.argv[2:]); print(sys.argv[1], 'yes' if abs(a - b) <= 1e-9 * max(1, abs(b)) else (a, b))" "$@"; }
T=site.tariff
plain=$(demand)
is "a power factor above the least changes nothing:" "$(demand --set $T.min_power_factor=0.95)" "$plain"
low=$(demand --set $T.min_power_factor=0.95 --set $T.power_factor=0.9)
is "below it the peak counts for more:" "$low" "$(python3 -c "print($plain * 0.95 / 0.9)")"
is "a least of 1 bills kVA:" "$(demand --set $T.min_power_factor=1)" "$(python3 -c "print($plain / 0.97)")"
I=site.interconnection
fee="--set $I.exit_usd_per_mw=250000"
is "an exit fee is of the contract's MW:" "$(metric exit_fee_usd $fee --set $I.term_years=12)" 25e6
is "none where the term is over:" "$(metric exit_fee_usd $fee --set $I.term_years=5)" 0
"$BIN" run $S --no-range --set horizon.years=0.05 $fee 2>&1 >/dev/null | grep -o "W933: site.interconnection.exit_usd_per_mw = .*" || echo "a fee without a term is not told"
npv=$(metric npv_usd --set economics.discount_rate_frac=0.1 --set economics.tax_rate_frac=0)
left=$(metric npv_usd $fee --set $I.term_years=12 --set economics.discount_rate_frac=0.1 --set economics.tax_rate_frac=0)
is "it is paid at the end of the appraisal:" "$left" "$(python3 -c "print($npv - 25e6 / 1.1 ** 5)")"
ppa='site.ppas=[{"name":"p","contract_mw":15,"usd_per_mwh":60},{"name":"i","kind":"index","contract_mw":9,"usd_per_mwh":7}]'
price=$(metric breakeven_energy_b_usd_per_mwh --set "$ppa")
share=$(metric power_share_b_frac --set "$ppa" --set $T.energy_usd_per_mwh="$price")
is "a break-even price beside power contracts, put back:" "$share" 0.4
