#!/bin/sh
# Prompts read on another accelerator than answers are made on: naming the same one changes nothing, others are told apart.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
front="frontier -a h200 -m llama-3.1-70b --ttft-slo 2 --speed-slo 40 --engine disaggregated-2026 --format csv"
"$BIN" $front 2>/dev/null | cut -d, -f2- >"$tmp/a"
"$BIN" $front --prefill-accelerator h200 2>/dev/null | cut -d, -f2- >"$tmp/b"
cmp "$tmp/a" "$tmp/b" && echo "frontier with the same part: same bytes"
load="--class chat --rate 4 --duration 120 --format json"
"$BIN" replay -a h200 -m llama-3.1-8b --engine disaggregated-2026 $load 2>/dev/null >"$tmp/a.json"
"$BIN" replay -a h200 --prefill-accelerator h200 -m llama-3.1-8b --engine disaggregated-2026 $load 2>/dev/null >"$tmp/b.json"
"$BIN" replay -a h200 --prefill-accelerator l40s -m llama-3.1-8b --engine disaggregated-2026 $load 2>/dev/null >"$tmp/c.json"
python3 - "$tmp" <<'PY'
import json, sys
a, b, c = (json.load(open(f"{sys.argv[1]}/{x}.json")) for x in "abc")
value = lambda r, k: r["metrics"][k]["value"]
assert all(value(a, k) == value(b, k) for k in a["metrics"])
print("replay with the same part: same figures")
assert c["prefill_accelerator"] == "l40s" and value(c, "balance_token_rel") == 0
assert value(c, "ttft_mean_s") != value(a, "ttft_mean_s")
print("replay with another: other first tokens, tokens balance")
PY
"$BIN" frontier -a h200 --prefill-accelerator h100 -m llama-3.1-8b --engine vllm 2>&1 >/dev/null | grep -o 'E301.*' || true
"$BIN" frontier -a h200 --prefill-accelerator groq-lp30 -m gpt-moe-1.8t 2>&1 >/dev/null | grep -o 'E301.*' || true
"$BIN" replay -a h200 --prefill-accelerator h10 -m llama-3.1-8b $load 2>&1 >/dev/null | grep -o 'E208.*' || true

# A site: the same part named changes nothing; of two kinds counts, price, draw and failures are each kind's own.
S=scenarios/virginia-100mw-vr200-cpx.json
year="--no-range --set horizon.years=0.03 --format json"
run() { # NAME SETS...
    name=$1
    shift
    "$BIN" run "$S" $year "$@" 2>/dev/null >"$tmp/$name.json"
}
"$BIN" run scenarios/virginia-100mw-vr200.json $year 2>/dev/null >"$tmp/plain.json"
run same --set fleet.main.prefill_accelerator=vr200-nvl72
run cpx
run spares --set fleet.main.spare_frac=0.05
run counts --set fleet.main.count=1440 --set fleet.main.prefill_count=6000 --set workloads.chat.demand.output_tok_per_s=1e9
run more --set fleet.main.count=1440 --set fleet.main.prefill_count=9000 --set workloads.chat.demand.output_tok_per_s=1e9
run demand --set fleet.main.count=demand
run maxq --set fleet.main.count=max_q
run lps --set fleet.main.count=max_lps
for part in '"failures_per_gpu_year": 3' '"it_capex_usd_per_gpu": 70000'; do
    printf '{"schema_version": 1, "name": "part", "extends": "%s", "accelerators": {"part": {"base": "rubin-cpx", %s}}, "fleet": [{"name": "main", "prefill_accelerator": "part"}]}\n' \
        "$PWD/$S" "$part" >"$tmp/part$(printf %s "$part" | cut -c2)"
done
"$BIN" run "$tmp/partf" $year 2>/dev/null >"$tmp/frail.json"
"$BIN" run "$tmp/parti" $year 2>/dev/null >"$tmp/dear.json"
run window --set fidelity=request --set window.hours=0.25 --set fleet.main.count=144 --set fleet.main.prefill_count=640 \
    --set workloads.chat.demand.output_tok_per_s=50000
python3 - "$tmp" <<'PY'
import json, sys
load = lambda x: json.load(open(f"{sys.argv[1]}/{x}.json"))
value = lambda r, k: r["metrics"][k]["value"]
names = "plain same cpx spares counts more demand maxq lps frail dear window".split()
r = {n: load(n) for n in names}
assert all(value(r["plain"], k) == value(r["same"], k) for k in r["plain"]["metrics"]), "same"
assert r["plain"]["pools"] == r["same"]["pools"]
print("run with the same part: same figures")
for n in names[2:]:
    p = r[n]["pools"][0]
    assert max(abs(b["residual_rel"]) for b in r[n]["balances"]) < 1e-9, n
    decode = p["n_gpus"] - p["n_prefill_gpus"]
    assert p["n_prefill_gpus"] == 8 * p["n_prefill_racks"] and decode == 72 * (p["n_racks"] - p["n_prefill_racks"]), n
    assert p["gpus_per_replica"] == p["prefill_gpus"] + p["decode_gpus"] and p["n_prefill_gpus"] > 0, n
    assert p["n_replicas"] * p["prefill_gpus"] <= p["n_prefill_gpus"] and p["n_replicas"] * p["decode_gpus"] <= decode, n
    assert value(r[n], "gpus_installed") == p["n_gpus"], n
    boards = (p["prefill_gpu_power_at_capacity_w"] * p["prefill_gpus"] + p["decode_gpu_power_at_capacity_w"] * p["decode_gpus"])
    assert abs(boards / (p["gpu_power_at_capacity_w"] * p["gpus_per_replica"]) - 1) < 1e-9, n
print("counts, boards and balances: of both kinds")
a, b = r["cpx"]["pools"][0], r["dear"]["pools"][0]
assert a["n_gpus"] == b["n_gpus"]
more = value(r["dear"], "it_capex_usd") - value(r["cpx"], "it_capex_usd") if "it_capex_usd" in r["cpx"]["metrics"] else \
    value(r["dear"], "capex_usd") - value(r["cpx"], "capex_usd")
print("price of the second kind alone:", f'{more / (50000 * a["n_prefill_gpus"]):.3f}', "times counts x price")
assert value(r["frail"], "replica_failures") > 2 * value(r["cpx"], "replica_failures")
p = r["spares"]["pools"][0]
assert p["n_prefill_gpus"] - p["n_replicas"] * p["prefill_gpus"] >= 0.049 * p["n_prefill_gpus"]
assert p["n_gpus"] - p["n_prefill_gpus"] - p["n_replicas"] * p["decode_gpus"] >= 0.049 * (p["n_gpus"] - p["n_prefill_gpus"])
print("failures and spares: each kind its own")
cap = lambda n: r[n]["pools"][0]["capacity_out_tok_per_s"]
assert r["counts"]["pools"][0]["n_prefill_gpus"] == 6000 and r["counts"]["pools"][0]["n_gpus"] == 7440
assert cap("more") >= cap("counts") > 0 and cap("lps") > cap("cpx") and cap("maxq") > 0 and 0 < cap("demand") < cap("cpx")
print("more that read make no less; rules of count hold")
PY
printf '{"schema_version": 1, "name": "used", "extends": "%s", "accelerators": {"used": {"base": "vr200-nvl72", "it_capex_usd_per_gpu": 20000}, "copy": {"base": "vr200-nvl72"}}}\n' \
    "$PWD/$S" >"$tmp/used"
for part in used copy; do
    "$BIN" run "$tmp/used" $year --set fleet.main.prefill_accelerator=$part 2>&1 >/dev/null | grep -o 'W918.*' || echo "$part: nothing to say"
done
cat >"$tmp/study.json" <<S
{"schema_version": 1, "name": "mixed", "base": "$PWD/$S", "design": "grid",
 "axes": [{"path": "fleet.main.prefill_accelerator", "sweep": ["rubin-cpx", "gb300-nvl72", "vr200-nvl72"]}],
 "metrics": ["capex_usd", "site_energy_mwh"]}
S
"$BIN" sweep "$tmp/study.json" --no-cache -o "$tmp/s.sqlite" >/dev/null 2>&1
"$BIN" export "$tmp/s.sqlite" --format csv >"$tmp/s.csv" 2>/dev/null
"$BIN" run "$S" --no-range --set fleet.main.prefill_accelerator=gb300-nvl72 --format json 2>/dev/null >"$tmp/h.json"
python3 - "$tmp" <<'PY'
import csv, json, sys
rows = list(csv.DictReader(open(f"{sys.argv[1]}/s.csv")))
h = json.load(open(f"{sys.argv[1]}/h.json"))["metrics"]["capex_usd"]["value"]
key = next(k for k in rows[0] if "capex_usd" in k)
assert len(rows) == 3 and any(abs(float(x[key]) / h - 1) < 1e-9 for x in rows)
print("sweep over the part equals runs")
PY
"$BIN" compare scenarios/virginia-100mw-vr200.json "$S" --set horizon.years=0.03 2>/dev/null | grep -o 'fleet.0.prefill_accelerator.*'
for set in fleet.main.prefill_count=80 workloads.chat.kind=training workloads.chat.engine=vllm site.cooling.supply_c=50 \
    fleet.main.prefill_accelerator=h200; do
    "$BIN" run "$S" --no-range --set $set 2>&1 >/dev/null | grep -o 'E[23][0-9]*:.*' | grep 'prefill\|takes at most'
done
for set in "fleet.main.count=72 --set fleet.main.prefill_count=0" "fleet.main.count=0 --set fleet.main.prefill_count=80" \
    fleet.main.share_frac=0 fleet.main.share_frac=0.002 workloads.chat.slo.ttft_s=0.01; do
    "$BIN" run "$S" --no-range --set $set 2>&1 >/dev/null | grep -o 'E301:.*'
done
