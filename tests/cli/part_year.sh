# Nine hours more than three years are no year of debt service: months are the site's, years the run's, and a month's bill is
# shared by the time it has in each.
for years in 3 3.001; do
    "$BIN" run scenarios/virginia-100mw-gb300.json --no-range --set horizon.years=$years --format csv 2>&1 >/dev/null | grep -c W912
done
true
