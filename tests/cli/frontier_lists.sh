# the front is listed with its best point, once a series, then the bests; all points as CSV; a plot on request
"$BIN" frontier -a h200,b200 -m llama-3.1-8b --speed-slo 40 > "${TMPDIR:-/tmp}/frontier.$$" || exit
grep -c ' best$' "${TMPDIR:-/tmp}/frontier.$$"
grep -c '^best: TP' "${TMPDIR:-/tmp}/frontier.$$"
sed -n '/^best of each/,$s/ .*//p' "${TMPDIR:-/tmp}/frontier.$$"
awk 'length($0) > 100' "${TMPDIR:-/tmp}/frontier.$$"
rm -f "${TMPDIR:-/tmp}/frontier.$$"
"$BIN" frontier -a h200 -m llama-3.1-8b --precision all --format csv | cut -d, -f1 | uniq
"$BIN" frontier -a h200 -m llama-3.1-8b --speed-slo 40 --format csv | grep -c 'true$'
"$BIN" frontier -a h200,b200 -m llama-3.1-8b --plot | grep -q 'AAA' && echo drawn
# JSON: the front alone, guesses make users faster, what cannot serve is a warning beside what can
"$BIN" frontier -a h100,gb300-nvl72 -m llama-3.1-405b --precision bf16 --max-gpus 4 --draft-tokens 2 --accept 0.8 --format json >"${TMPDIR:-/tmp}/frontier.$$"
"$BIN" frontier -a gb300-nvl72 -m llama-3.1-405b --precision bf16 --max-gpus 4 --format json | python3 -c '
import json, sys
plain, fast = json.load(sys.stdin), json.load(open(sys.argv[1]))
assert all(r["pareto"] for r in plain + fast) and sum(r["best"] for r in fast) == 1
assert {r["accelerator"] for r in fast} == {"gb300-nvl72"}
assert all(abs(r["tok_per_s_per_user"] * r["tpot_s"] - 1) < 1e-3 for r in fast)
print(max(r["tok_per_s_per_user"] for r in fast) > 2 * max(r["tok_per_s_per_user"] for r in plain))' "${TMPDIR:-/tmp}/frontier.$$"
rm -f "${TMPDIR:-/tmp}/frontier.$$"
