# Later turns of conversations are found in a prefix cache only where a replica holds them.
talk="--duration 300 --users 40 --turns 5 --think 5 --input 200 --output-tokens 100 -a h100 -m llama-3.1-8b -e vllm --tp 1 -n 8"
for router in round-robin least-tokens prefix-affinity; do
    for cache in 0 2000000; do
        echo "$router, cache of $cache"
        "$BIN" replay -c chat $talk --router "$router" --prefix-cache "$cache" --format csv |
            grep -E '^(input|cached)_tok'
    done
done
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# replicas are counted from 0, groups that read and that decode within each
printf 'timestamp_s,input_tokens,output_tokens\n0,100,10\n0,100,10\n0,100,1\n0,100,1\n' >"$tmp/four.csv"
"$BIN" replay "$tmp/four.csv" -a h200 -m llama-3.1-8b -n 2 --tp 1 --prefill-groups 3 -o "$tmp/d" --requests >"$tmp/out"
cut -d, -f1,8-10 "$tmp/d/requests.csv"
