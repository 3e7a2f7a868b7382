# the same answer from any number of threads and after an interruption; every mistake at once
dir=$(mktemp -d)
export XDG_CACHE_HOME="$dir/cache"
case $("$BIN" optimise tests/studies/small.json --maximise npv_usd --vary site.ceiling.limit_mw=2:12 --points 20 \
    -o "$dir/x.sqlite" 2>&1) in
*"built without NLopt"*) cat "${0%.sh}.out"; rm -rf "$dir"; exit 0 ;; # SKIP: NLopt is optional
esac
find_best() {
    "$BIN" optimise tests/studies/small.json --vary site.ceiling.limit_mw=2:12 --vary fleet.main.count=72:1440 \
        --vary site.cooling=dry-cooler,chilled-water --maximise npv_usd --subject 'slo_attainment_frac>=0.5' \
        --points 40 --format csv -o "$dir/$1.sqlite" -j "$2" 2>&1
}
find_best a 1 >"$dir/a.csv"
find_best b 3 >"$dir/b.csv"
cmp "$dir/a.csv" "$dir/b.csv" && echo "equal on 1 and 3 threads"
sqlite3 "$dir/b.sqlite" "DELETE FROM metric WHERE point > 20; DELETE FROM yearly WHERE point > 20; DELETE FROM message WHERE point > 20;
    DELETE FROM point WHERE id > 20"
find_best b 2 >"$dir/c.csv"
cmp "$dir/a.csv" "$dir/c.csv" && echo "equal after it was cut short"
# no grid point of 11 x 10 is better than the answer
cat >"$dir/grid.json" <<J
{ "schema_version": 1, "name": "grid", "base": "$PWD/tests/studies/small.json", "metrics": [ "npv_usd", "slo_attainment_frac" ],
  "axes": [ { "path": "site.ceiling.limit_mw", "sweep": { "from": 2, "to": 12, "step": 1 } },
            { "path": "fleet.main.count", "sweep": { "from": 72, "to": 1440, "n": 10 } } ] }
J
"$BIN" sweep "$dir/grid.json" -o "$dir/grid.sqlite" --quiet >/dev/null 2>&1
grid=$("$BIN" export "$dir/grid.sqlite" --best 'max npv_usd' --where 'slo_attainment_frac>=0.5' --top 1 --format csv | sed -n 2p | cut -d, -f4)
found=$(sed -n 's/^maximised,npv_usd,\([^,]*\),.*/\1/p' "$dir/a.csv")
awk "BEGIN { print ($found >= 0.99 * $grid) ? \"as good as the grid\" : \"$found against $grid\" }"
"$BIN" optimise tests/studies/small.json --vary site.ceiling.limit_mw=12:2 --vary fleet.main.count --maximise npv_us 2>&1
"$BIN" optimise tests/studies/small.json --vary site.ceiling.limit_m=2:12 --maximise npv_usd -o "$dir/y.sqlite" 2>&1 | sed 's/[0-9]* MW/N MW/'
"$BIN" optimise tests/studies/small.json --vary site.ceiling.limit_mw=2:12 --maximise npv_usd --subject 'slo_attainment_frac>2' \
    --points 20 -o "$dir/z.sqlite" 2>/dev/null
echo "exit $?"
rm -rf "$dir"
