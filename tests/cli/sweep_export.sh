# statistics of a finished study; infeasible points are kept and make exit 6
dir=$(mktemp -d)
cat >"$dir/slo.json" <<J
{ "schema_version": 1, "name": "slo", "base": "$PWD/tests/studies/small.json",
  "axes": [ { "path": "workloads.chat.slo.tok_per_s_per_user", "name": "speed", "sweep": [ 20, 50000 ] },
            { "path": "workloads.chat.price.paid_frac", "name": "=paid", "sweep": [ 0.5, 1 ] } ] }
J
"$BIN" sweep "$dir/slo.json" -o "$dir/s.sqlite" --quiet 2>"$dir/err" | sed 's|in /.*sqlite|in STORE|'
"$BIN" sweep "$dir/slo.json" -o "$dir/s.sqlite" --quiet >/dev/null 2>&1
echo "exit $?"
"$BIN" export "$dir/s.sqlite" | cut -d, -f1-5
"$BIN" export "$dir/s.sqlite" --format jsonl | grep -c '"code":"E301"'
"$BIN" export "$dir/s.sqlite" --best 'max npv_usd' --where 'slo_attainment_frac>=0' --format csv | cut -d, -f1,2
"$BIN" export "$dir/s.sqlite" --prob 'npv_usd<1e30' --format csv
"$BIN" export "$dir/s.sqlite" --tornado npv_us 2>&1
"$BIN" export "$dir/s.sqlite" --figures "$dir/figures" --metric npv_usd | wc -l
"$BIN" export "$dir/none.sqlite" 2>&1 | sed 's|error E102: [^ ]*|error E102: FILE|'
rm -rf "$dir"
