# serving tables are kept between commands: the same bytes from a cache, a broken one and none at all
dir=$(mktemp -d)
run() { "$BIN" run scenarios/virginia-100mw-gb300.json --set horizon.years=0.01 --format csv "$@" 2>/dev/null; }
run --no-cache >"$dir/none"
run --cache "$dir/kept/tables" >"$dir/first"
run --cache "$dir/kept/tables" >"$dir/again"
cmp "$dir/none" "$dir/first" && cmp "$dir/none" "$dir/again" && ls "$dir/kept/tables" | wc -l
for file in "$dir"/kept/tables/*; do echo broken >"$file"; done
run --cache "$dir/kept/tables" >"$dir/broken"
run --cache /dev/null/nowhere >"$dir/nowhere"
cmp "$dir/none" "$dir/broken" && cmp "$dir/none" "$dir/nowhere"
grep -l broken "$dir"/kept/tables/* | wc -l # they were computed and written anew
XDG_CACHE_HOME="$dir/xdg" "$BIN" run scenarios/virginia-100mw-gb300.json --set horizon.years=0.01 --quiet >/dev/null 2>&1
ls "$dir/xdg/wattmill" | wc -l
cat >"$dir/price.json" <<J
{ "schema_version": 1, "name": "price", "base": "$PWD/tests/studies/small.json",
  "axes": [ { "path": "site.tariff.energy_usd_per_mwh", "name": "price", "sweep": [ 30, 40, 50, 60, 70, 80 ] } ] }
J
"$BIN" sweep "$dir/price.json" --dry-run --cache "$dir/dry" >/dev/null 2>&1
[ ! -e "$dir/dry" ] && echo "a dry run writes nothing"
for how in "--no-cache --jobs 1" "--no-cache --jobs 3" "--cache $dir/study --jobs 1" "--cache $dir/study --jobs 3"; do
    "$BIN" sweep "$dir/price.json" -o "$dir/s.sqlite" $how --quiet >/dev/null 2>&1
    "$BIN" export "$dir/s.sqlite" | sha256sum
    rm -f "$dir/s.sqlite"
done | sort -u | wc -l
ls "$dir/study" | wc -l
rm -rf "$dir"
