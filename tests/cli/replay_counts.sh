# Every request of a trace is accounted; two formats of the same rows give the same result.
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
awk 'BEGIN { print "timestamp_s,input_tokens,output_tokens"
    for (i = 0; i < 200; i++) printf "%.3f,%d,%d\n", i * 0.25, 100 + i * 7, 5 + i % 60 }' >"$dir/a.csv"
sed '1s/.*/arrived_at,num_prefill_tokens,num_decode_tokens/' "$dir/a.csv" >"$dir/b.csv"
one() { "$BIN" replay "$dir/$1" -a h100 -m llama-3.1-8b --precision bf16 --tp 1 --format csv; }
one a.csv >"$dir/a.out" && one b.csv >"$dir/b.out" && cmp "$dir/a.out" "$dir/b.out"
grep -E '^(requests_|output_tok_served|input_tok_served|balance|queue_growing|gpus)' "$dir/a.out" | cut -d, -f1,2
"$BIN" replay "$dir/a.csv" -a h100 -m llama-3.1-8b --precision bf16 --tp 1 --time-scale 0.001 --max-num-seqs 2 --no-drain |
    grep -c OVERLOAD
"$BIN" replay --class code --rate 5 --duration 100 -a h100 -m llama-3.1-8b --precision bf16 --format json |
    python3 -c 'import json, sys; r = json.load(sys.stdin); print(r["classes"][0]["requests_served"] == r["metrics"]["requests_arrived"]["value"])'
