"$BIN" run scenarios/virginia-100mw-gb300.json --assert 'revenue_usd_per_mw_utility_year>14e6' \
    --assert 'pue_peak_hour<1.19' --assert 'ceiling_violation_mwh==0' --format csv | sed -n 1p
