# Later turns of conversations are found in a prefix cache only where a replica holds them.
talk="--duration 300 --users 40 --turns 5 --think 5 --input 200 --output-tokens 100 -a h100 -m llama-3.1-8b -e vllm --tp 1 -n 8"
share() { # ROUTER TOKENS: of input, found in the cache
    "$BIN" replay -c chat $talk --router "$1" --prefix-cache "$2" --format csv |
        awk -F, '$1 == "input_tok_served" {all = $2} $1 == "cached_tok_served" {found = $2} END {print found / all}'
}
for router in round-robin least-tokens prefix-affinity; do
    [ "$(share $router 0)" = 0 ] && echo "$router, no cache: nothing found"
done
echo "$(share round-robin 2000000) $(share least-tokens 2000000) $(share prefix-affinity 2000000)" |
    awk '{print (0 < $1 && $1 < $2 && $2 < $3 && $3 > 0.7) ? "found: round-robin < least-tokens < prefix-affinity, most of it" : $0}'
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# replicas are counted from 0, groups that read and that decode within each
printf 'timestamp_s,input_tokens,output_tokens\n0,100,10\n0,100,10\n0,100,1\n0,100,1\n' >"$tmp/four.csv"
"$BIN" replay "$tmp/four.csv" -a h200 -m llama-3.1-8b -n 2 --tp 1 --prefill-groups 3 -o "$tmp/d" --requests >"$tmp/out"
cut -d, -f1,8-10 "$tmp/d/requests.csv"
