# demand from a trace: its rate, its lengths, its class; a rate that is named goes before
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
awk 'BEGIN { print "timestamp_s,input_tokens,output_tokens"
    for (i = 0; i < 36000; i++) printf "%.1f,%d,%d\n", i * 0.1, 500 + 1000 * (i % 2), 100 }' >"$tmp/t.csv"
cat >"$tmp/s.json" <<EOF
{"schema_version": 1, "name": "trace", "extends": "$PWD/scenarios/base/us-large-load.json",
 "site": {"ceiling": {"limit_mw": 2}, "weather": {"climate": "northern-virginia"}, "cooling": {"supply_c": 30}},
 "fleet": [{"name": "main", "accelerator": "h100"}], "horizon": {"years": 0.02},
 "workloads": [{"name": "chat", "llm": "llama-3.1-8b", "precision": "fp8", "engine": "vllm", "pool": "main",
                "demand": {"trace": "t.csv"}, "price": {"deck": "deepseek-r1-host"}}]}
EOF
offered() {
    "$BIN" run "$tmp/s.json" --quiet --format json "$@" | python3 -c '
import json, sys
r = json.load(sys.stdin)
print("%.4g" % (r["classes"][0]["output_tok_offered"] / r["metrics"]["hours"]["value"] / 3600 if "hours" in r["metrics"]
      else r["metrics"]["output_tok_per_s_per_mw_utility"]["value"] * 2))'
}
offered
offered --set workloads.chat.demand.output_tok_per_s=5000
printf 'hour_of_week,relative\n0,1\n0,2\n' >"$tmp/week.csv"
"$BIN" check "$tmp/s.json" --set workloads.chat.demand.shape_file=week.csv 2>&1 | sed "s|$tmp/||g"
"$BIN" check "$tmp/s.json" --set workloads.chat.demand.trace=week.csv 2>&1 | sed "s|$tmp/||g"
