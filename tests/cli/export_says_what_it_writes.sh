# the name of a file says its form; --where filters points and statistics; messages name their option
dir=$(mktemp -d)
export XDG_CACHE_HOME="$dir"
"$BIN" sweep tests/studies/grid.json -o "$dir/s.sqlite" --quiet >/dev/null
"$BIN" export "$dir/s.sqlite" -o "$dir/a.xlsx" && head -c 2 "$dir/a.xlsx" && echo
"$BIN" export "$dir/s.sqlite" -o "$dir/a.jsonl" && head -c 9 "$dir/a.jsonl" && echo
"$BIN" export "$dir/s.sqlite" -o "$dir/b.xlsx" --format csv 2>&1 | sed "s|$dir/||"
"$BIN" export "$dir/s.sqlite" -o "$dir/b.csv" --format xlsx 2>&1 | sed "s|$dir/||"
"$BIN" export "$dir/s.sqlite" --where 'npv_usd>0' | awk -F, 'NR > 1' | wc -l
"$BIN" export "$dir/s.sqlite" --format jsonl | grep -c '"npv_usd":[0-9]'
"$BIN" export "$dir/s.sqlite" --where 'npv_usd>' 2>&1
"$BIN" export "$dir/s.sqlite" --prob 'npv_us<0' 2>&1
"$BIN" export "$dir/s.sqlite" --best 'max npv_usd' --top 1 | grep -c '[GMk] USD'
"$BIN" export "$dir/s.sqlite" --best 'max npv_usd' --top 1 --format csv | grep -c USD
"$BIN" export "$dir/s.sqlite" --failed --format csv
rm -rf "$dir"
