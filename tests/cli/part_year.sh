# Nine hours more than three years are no year of debt service: months are the site's, years the run's, and a month's bill is
# shared by the time it has in each. Rows of intervals, which grow with the years, are kept where files want them, and move nothing.
dir=$(mktemp -d)
for years in 3 3.001; do
    "$BIN" run scenarios/virginia-100mw-gb300.json --no-range --set horizon.years=$years --format csv 2>&1 >"$dir/$years" | grep -c W912
done
"$BIN" run scenarios/virginia-100mw-gb300.json --no-range --set horizon.years=3.001 --format csv -o "$dir/files" --series >"$dir/with" 2>/dev/null
cmp -s "$dir/3.001" "$dir/with" && echo "with rows as without: yes"
rows=$(wc -l <"$dir/files/series.csv")
[ "$rows" = 105156 ] && echo "a row an interval: yes" || echo "rows: $rows"
rm -r "$dir"
