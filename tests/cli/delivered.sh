# Delivered over claimed: quantiles recomputed from the series; growth raises the last part of a year; a ceiling takes from it.
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
S=scenarios/virginia-100mw-gb300.json
show() { "$BIN" run $S --no-range --set horizon.years=0.05 --set 'site.ceiling.calendar=[]' --set workloads.chat.demand.output_tok_per_s=70e6 "$@" --show delivered --format json --quiet; }
show >"$dir/a.json"
"$BIN" run $S --set horizon.years=0.05 --set 'site.ceiling.calendar=[]' --set workloads.chat.demand.output_tok_per_s=70e6 --show delivered --format json --quiet >"$dir/ranged.json"
cmp "$dir/a.json" "$dir/ranged.json" && echo "the same with the range and without"
show --set workloads.chat.demand.growth_per_year=9 >"$dir/growth.json"
show --set 'site.ceiling.curtailment={"hours_per_year":2000,"depth_frac":0.9,"duration_h":6}' >"$dir/calls.json"
"$BIN" run $S --set horizon.years=0.05 --set 'site.ceiling.calendar=[]' --set workloads.chat.demand.output_tok_per_s=70e6 --series -o "$dir/run" --quiet >/dev/null
V=workloads.chat.demand.variation
show --set $V.noise_log_sd=0.5 --set $V.bursts_per_year=50 --seeds 3 >"$dir/varied.json"
for seed in 1 2 3; do show --set $V.noise_log_sd=0.5 --set $V.bursts_per_year=50 --seed $seed; done >"$dir/each.json"
show --set $V.noise_log_sd=0.5 --set $V.bursts_per_year=50 --seed 1 --seeds 3 >"$dir/seeds.json"
"$BIN" check scenarios/virginia-100mw-gb300-mix.json --set $V.drift_to=reasonin 2>&1 | grep -c 'did you mean "reasoning"'
"$BIN" check scenarios/virginia-100mw-gb300-mix.json --set $V.drift_to=chat 2>&1 | grep -c 'is itself'
"$BIN" check $S --set $V.drift_frac_per_year=0.1 2>&1 | grep -c 'needs drift_to'
"$BIN" run $S --seeds 2 2>&1 >/dev/null | grep -c 'needs --show delivered'
python3 - "$dir" <<'PY'
import csv, json, sys
d = sys.argv[1]
read = lambda f: {r["figure"]: r for r in json.load(open(f"{d}/{f}.json"))}
a, growth, calls = read("a"), read("growth"), read("calls")
rows = list(csv.DictReader(open(d + "/run/series.csv")))
served = next(k for k in rows[0] if k.startswith("served"))
x = sorted(float(r[served]) / 100 for r in rows)
def q(p):
    at = p * (len(x) - 1); i = int(at)
    return x[i] + (at - i) * (x[min(i + 1, len(x) - 1)] - x[i])
print("quantiles of the series:", all(abs(a["delivered"][k] / q(p) - 1) < 1e-9 for k, p in (("p10", .1), ("p50", .5), ("p90", .9))))
claimed = json.load(open(d + "/run/result.json"))["metrics"]["capacity_output_tok_per_s_per_mw_utility"]["value"]
print("over what is claimed:", all(abs(a["delivered_over_claimed"][k] * claimed / a["delivered"][k] - 1) < 1e-9 for k in ("p10", "p50", "p90", "mean")))
print("in order:", all(r["p10"] <= r["p50"] <= r["p90"] for r in a.values()))
varied, seeds = read("varied"), read("seeds")
text, each, at = open(d + "/each.json").read(), [], 0
while text[at:].strip():
    rows, n = json.JSONDecoder().raw_decode(text[at:].lstrip())
    at += len(text[at:]) - len(text[at:].lstrip()) + n
    each.append({r["figure"]: r for r in rows}["delivered_over_claimed"])
def band(v):
    v = sorted(v)
    return {"p10": v[0] + .2 * (v[1] - v[0]), "p50": v[1], "p90": v[1] + .8 * (v[2] - v[1]), "mean": sum(v) / 3}
print("over seeds as each alone:", all(abs(seeds[f"delivered_over_claimed_{key}_of_seeds"][k] / x - 1) < 1e-12
                                       for key in ("mean", "p10") for k, x in band([r[key] for r in each]).items()))
print("variation takes from the mean and the low end, and keeps what is offered:", varied["delivered_over_claimed"]["p10"] < a["delivered_over_claimed"]["p10"]
      and varied["delivered_over_claimed"]["mean"] < a["delivered_over_claimed"]["mean"] and abs(varied["offered"]["mean"] / a["offered"]["mean"] - 1) < 1e-12)
print("days vary less than quarters of an hour:", a["delivered_over_claimed_day"]["p10"] > a["delivered_over_claimed"]["p10"]
      and abs(a["delivered_over_claimed_day"]["mean"] / a["delivered_over_claimed"]["mean"] - 1) < 0.01)
print("growth delivers more:", growth["delivered"]["p90"] > a["delivered"]["p90"])
print("calls take from the low end:", calls["delivered"]["p10"] < 0.9 * a["delivered"]["p10"])
PY
