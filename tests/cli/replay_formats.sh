# Traces as others write them: blocks of another size, turns, tabs, compressed, nothing served.
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit
serve() { "$BIN" replay "$@" -a h100 -m llama-3.1-8b -e vllm --tp 1 2>&1; }
for i in 0 1 2 3 4; do
    printf '{"timestamp": %d, "input_length": 160, "output_length": 10, "hash_ids": [1, 2, 3, 4, %d0, %d1, %d2, %d3, %d4, %d5]}\n' \
        $((1000 * i)) $((i + 1)) $((i + 1)) $((i + 1)) $((i + 1)) $((i + 1)) $((i + 1))
done >blocks.jsonl
serve blocks.jsonl --prefix-cache 1e6 | grep -E 'Prefix|W921'
serve blocks.jsonl --prefix-cache 1e6 --hash-block 512
printf 'TIMESTAMP\tContextTokens\tGeneratedTokens\tNumImages\n2025-01-01 00:00:00\t100\t10\t0\n2025-01-01 00:00:01\t0\t10\t2\n' >azure.tsv
serve azure.tsv | grep -E 'served  |W921'
printf '\037\213\010\000' >packed.csv.gz
serve packed.csv.gz
printf 'timestamp_s,input_tokens,output_tokens\n0,10,10\n1,10,10\n1036800,10,10\n' >long.csv
serve long.csv --time-scale 8000
# nothing is served: no figure of it
serve long.csv --kv-blocks 2 | grep -c nan
serve long.csv --kv-blocks 2 | grep -E '^(Batch|Power)'
