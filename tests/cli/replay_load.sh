# Generated load: bursts, typed lengths, users in a closed loop, a batch tier that gives way; mistakes.
serve() { "$BIN" replay -a h100 -m llama-3.1-8b --precision bf16 --tp 1 -e vllm --quiet "$@"; }
serve --class code --arrival mmpp2 --duration 2000 --input gamma:0.93,2201,max=7437 --output-tokens 28 --format json |
    python3 -c 'import json, sys
m = json.load(sys.stdin)["metrics"]
n = m["requests_arrived"]["value"]
print(abs(n / 2000 - 2.56) < 0.9, abs(m["input_tok_served"]["value"] / n / 1985 - 1) < 0.08, m["output_tok_served"]["value"] == 28 * n)'
# interactive response time law: users = rate * (response + think)
serve --class chat --users 40 --turns 4 --think 8 --duration 3000 --prefix-cache 4e6 --format json |
    python3 -c 'import json, sys
m = {k: v["value"] for k, v in json.load(sys.stdin)["metrics"].items()}
print(abs(m["arrival_rate_req_per_s"] * (m["e2e_mean_s"] + m["think_mean_s"]) / 40 - 1) < 0.02, abs(m["turns_per_session"] / 4 - 1) < 0.1, m["cached_tok_served"] > 0.5 * m["input_tok_served"], "queue_end" in m)'
serve --class chat --rate 5 --batch-class batch-offline --batch-rate 40 --batch-deadline 60 --duration 200 --ttft-slo 1 --format json |
    python3 -c 'import json, sys
r = json.load(sys.stdin)
m = {k: v["value"] for k, v in r["metrics"].items()}
chat, batch = r["classes"]
print(chat["name"], chat["requests_dropped"], chat["ttft_p99_s"] < 1, batch["name"], batch["requests_served"] > 1000, batch["requests_dropped"] > 100)
print(m["requests_arrived"] == m["requests_served"] + m["requests_dropped"], m["slo_attainment_frac"] > 0.99, m["balance_token_rel"] == 0)'
serve --class chat --rate 5 --tenants 20 --tenant-skew 1.2 --arrival gamma --cv 1.5 --duration 100 --format csv | grep -c '^requests_arrived'
serve --class chat
serve --class chat --users 3 --rate 1 --batch-class code
serve --class chat --rate 1 --input gama:3 --output-tokens quantiles:0,1,0,2 --arrival mmpp2 --mmpp 1,2
printf 'timestamp_s,input_tokens,output_tokens,class\n0,10,5,chat\n1,10,5,bulk\n' >"${TMPDIR:-/tmp}/wm-load-$$.csv"
serve "${TMPDIR:-/tmp}/wm-load-$$.csv" --batch-class bulc 2>&1 | sed 's/wm-load-[0-9]*/wm-load/'
serve "${TMPDIR:-/tmp}/wm-load-$$.csv" --batch-class bulk --format csv | grep '^requests_served'
rm -f "${TMPDIR:-/tmp}/wm-load-$$.csv"
# whatever happens to them, requests are served, dropped or in flight
for how in "--router round-robin" "--router least-tokens" "--router two-choices --tp 2 --pp 2"; do
    serve --class chat --rate 60 --max-num-seqs 16 --max-wait 1 --mtbf 0.01 --mttr 0.003 -n 3 --no-drain --duration 120 $how --format json |
        python3 -c 'import json, sys
m = {k: v["value"] for k, v in json.load(sys.stdin)["metrics"].items()}
parts = [m["requests_" + x] for x in ("served", "dropped", "in_flight")]
print(min(parts) > 0, sum(parts) == m["requests_arrived"], m["balance_token_rel"] == 0, m["replica_failures"] > 2)'
done
# agents of a trace: the second call comes when the first is answered and its tool has run
printf '{"session_id": "a", "arrival_time_ns": 0, "sub_requests": [{"input_toks": 500, "output_toks": 100, "tool_duration_ns": 2000000000}, {"input_toks": 700, "output_toks": 50}]}\n' >"${TMPDIR:-/tmp}/wm-load-$$.jsonl"
serve "${TMPDIR:-/tmp}/wm-load-$$.jsonl" --prefix-cache 1e5 --format csv | grep -E '^(requests_served|sessions|tool_s|cached_tok_served)' | cut -d, -f1,2
rm -f "${TMPDIR:-/tmp}/wm-load-$$.jsonl"
