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
