# What a plan can be: widths that divide the model, limits per attention group, the model's context.
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
printf 'timestamp_s,input_tokens,output_tokens\n0,100,10\n1,9000,10\n2,100,2000\n' >"$tmp/three.csv"
try() {
    "$BIN" replay "$tmp/three.csv" -a h200 "$@" >"$tmp/out"
    echo "$?" >&2
}
try -m llama-3.1-70b -e vllm --tp 3
try -m llama-3.1-70b -e vllm --tp 128 --pp 99
try -m gpt-oss-120b -e vllm --tp 8 --ep 3
try -m deepseek-r1 --tp 1 --dp 512 --ep 512
try -m mixtral-8x7b -e vllm --tp 16 --ep 16
for dp in 1 2; do
    try -m gpt-oss-120b -e vllm --tp 4 --dp "$dp" --ep "$((4 * dp))" --max-num-seqs 128
    grep -o 'batch <= [0-9]*' "$tmp/out"
done
# two of three rows are longer than this model sees
echo '{"llms": {"short": {"base": "llama-3.1-8b", "max_context_tok": 2048}}}' >"$tmp/short.json"
"$BIN" replay "$tmp/three.csv" -a h200 -m short --catalog "$tmp/short.json" -e vllm --tp 1 \
    --ttft-slo 10 --speed-slo 1 >"$tmp/out" 2>"$tmp/err" || cat "$tmp/err"
grep -E 'Context|Goodput|within|dropped|served' "$tmp/out"
