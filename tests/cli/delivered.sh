# Delivered over claimed: quantiles recomputed from the series; growth raises the last part of a year; a ceiling takes from it.
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
S=scenarios/virginia-100mw-gb300.json
show() { "$BIN" run $S --set horizon.years=0.05 --set 'site.ceiling.calendar=[]' --set workloads.chat.demand.output_tok_per_s=70e6 "$@" --show delivered --format json --quiet; }
show >"$dir/a.json"
show --set workloads.chat.demand.growth_per_year=9 >"$dir/growth.json"
show --set 'site.ceiling.curtailment={"hours_per_year":2000,"depth_frac":0.9,"duration_h":6}' >"$dir/calls.json"
"$BIN" run $S --set horizon.years=0.05 --set 'site.ceiling.calendar=[]' --set workloads.chat.demand.output_tok_per_s=70e6 --series -o "$dir/run" --quiet >/dev/null
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
print("growth delivers more:", growth["delivered"]["p90"] > a["delivered"]["p90"])
print("calls take from the low end:", calls["delivered"]["p10"] < 0.9 * a["delivered"]["p10"])
PY
