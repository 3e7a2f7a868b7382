# Later turns of conversations are found in a prefix cache only where a replica holds them.
talk="--duration 300 --users 40 --turns 5 --think 5 --input 200 --output-tokens 100 -a h100 -m llama-3.1-8b -e vllm --tp 1 -n 8"
of() { # tokens found of those read, in thousandths, for a router and a cache
    "$BIN" replay -c chat $talk --router "$1" --prefix-cache "$2" --format csv |
        awk -F, '/^input_tok/ { all = $2 } /^cached_tok/ { found = $2 } END { printf "%d\n", 1000 * found / all }'
}
for router in round-robin least-tokens prefix-affinity; do
    echo "$router: without a cache $(of "$router" 0) of a thousand tokens are found again"
done
turns=$(of round-robin 2000000)
least=$(of least-tokens 2000000)
affine=$(of prefix-affinity 2000000)
[ "$turns" -gt 200 ] && [ "$least" -gt "$turns" ] && [ "$affine" -gt $((least + 200)) ] && [ "$affine" -gt 700 ] &&
    echo "with one taking turns finds least, where least is to do more, where they were before most: yes"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# replicas are counted from 0, groups that read and that decode within each
printf 'timestamp_s,input_tokens,output_tokens\n0,100,10\n0,100,10\n0,100,1\n0,100,1\n' >"$tmp/four.csv"
"$BIN" replay "$tmp/four.csv" -a h200 -m llama-3.1-8b -n 2 --tp 1 --prefill-groups 3 -o "$tmp/d" --requests >"$tmp/out"
cut -d, -f1,8-10 "$tmp/d/requests.csv"
