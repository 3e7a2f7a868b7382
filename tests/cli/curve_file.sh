# a measured curve instead of the step-time model: capacity and power are the file's
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
printf '%s\n' concurrency,n_gpu,output_tokens_per_s_per_gpu,tpot_s,ttft_s,gpu_power_w,isl_tokens,osl_tokens \
    4,8,50,0.010,0.2,400,1150,210 64,8,400,0.020,0.5,900,1150,210 16,8,150,0.013,0.3,600,1150,210 \
    128,8,390,0.041,0.9,950,1150,210 >"$tmp/curve.csv"
printf '{"schema_version": 1, "name": "curve", "extends": "%s/scenarios/virginia-100mw-gb300.json"}' "$PWD" \
    >"$tmp/s.json"
run() { "$BIN" run "$tmp/s.json" --set workloads.chat.serving.curve_file=curve.csv --set horizon.years=0.02 "$@"; }
run --format json 2>"$tmp/err" | python3 -c '
import json, sys
r = json.load(sys.stdin)
p = r["pools"][0]
print(p["parallelism"], p["gpus_per_replica"], p["batch_at_capacity"], p["gpu_power_at_capacity_w"])
print("%.9g" % p["capacity_out_tok_per_s_per_gpu"])
print(max(abs(b["residual_rel"]) for b in r["balances"]) < 1e-9)
'
sed "s|$tmp/||g; s|$PWD/||g" "$tmp/err"
"$BIN" check "$tmp/s.json" --set workloads.chat.serving.curve_file=curve.csv --set fidelity=request 2>&1 | sed "s|$tmp/||g; s|$PWD/||g"
"$BIN" run "$tmp/s.json" --set workloads.chat.serving.curve_file=curve.csv --set workloads.chat.slo.tok_per_s_per_user=200 2>&1 |
    sed "s|$tmp/||g; s|$PWD/||g"
