# Levers and places: rows recomputed by runs with --set; what excludes, what cannot be pulled; mistakes at once.
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
site=scenarios/virginia-100mw-gb300-flood.json
short="--set horizon.years=0.01 --set site.ceiling.calendar=[]"
figure() { # scenario and changes: served tokens per MW
    "$BIN" run "$@" --set horizon.years=0.01 --set 'site.ceiling.calendar=[]' --format csv --quiet | grep '^output_tok_per_s_per_mw_utility,' | cut -d, -f2
}
# shellcheck disable=SC2086
"$BIN" compare --levers $site --only batch,water-45,dc-800v,max-q,max-lps,scheduling $short --format json --quiet -o "$dir/out" >"$dir/levers.json" || exit 1
off="--set site.cooling.supply_c=30 --set policy.capping=uniform"
# shellcheck disable=SC2086
{
    figure $site $off
    figure $site $off --set site.power_chain.type=dc-800v
    figure $site $off --set workloads.chat.slo.tok_per_s_per_user=25
    figure $site --set site.cooling.supply_c=45 --set policy.idle=off --set policy.clocks=energy --set site.power_chain.type=dc-800v \
        --set workloads.chat.slo.tok_per_s_per_user=25 --set fleet.main.count=max_lps
} >"$dir/runs"
python3 - "$dir" <<'PY'
import csv, json, math, sys
l = json.load(open(sys.argv[1] + "/levers.json"))
row = {r["lever"]: r for r in l["levers"]}
base, chain, batch, everything = (float(x) for x in open(sys.argv[1] + "/runs"))
same = lambda a, b: abs(a - b) < 1e-9 * abs(b)
print("base and all as run prints them:", same(l["base"], base), same(l["all"], everything))
print("alone:", same(row["dc-800v"]["alone"], chain / base), same(row["batch"]["alone"], batch / base))
pulled = [r for r in l["levers"] if r["in_all"]]
print("steps multiply to all over base:", same(math.prod(r["in_order"] for r in pulled), l["all"] / l["base"]))
print("interaction:", same(l["interaction"], l["all"] / l["base"] / math.prod(r["alone"] for r in pulled)))
print("max-lps takes the place of max-q:", not row["max-q"]["in_all"] and row["max-lps"]["in_all"])
print("half the speed makes more, in twice the time:", row["batch"]["alone"] > 1, 1.5 < row["batch"]["tpot"] < 2.5)
print("every lever has source, date, side effects:", all(r["source"] and r["as_of"] and r["side_effects"] for r in l["levers"]))
bars = list(csv.DictReader(open(sys.argv[1] + "/out/levers.csv")))
print("the waterfall ends at all:", same(float(bars[-1]["to"]), l["all"] / l["base"]), same(float(bars[-2]["to"]), float(bars[-1]["to"])))
PY
# A place keeps less of a gain where its ceiling binds.
"$BIN" compare --places scenarios/virginia-100mw-hopper.json $site --set horizon.years=0.01 --format json --quiet >"$dir/p.json" || exit 1
"$BIN" compare --places scenarios/virginia-100mw-gb300-flood.json scenarios/virginia-100mw-gb300-flood-maxlps.json --set horizon.start=2027-07-05 \
    --set horizon.years=0.01 --format json --quiet >"$dir/lps.json" || exit 1
python3 - "$dir" <<'PY'
import json, sys
for name in ("p", "lps"):
    rows = json.load(open(f"{sys.argv[1]}/{name}.json"))
    claimed = rows[0]["to"] - rows[0]["from"]
    print(len(rows) - 1, "places, kept recomputed:", all(abs(r["kept"] - (r["to"] - r["from"]) / claimed) < 1e-12 for r in rows[1:]),
          "dated:", all(r["as_of"] and r["source"] for r in rows[1:]))
by = {r["place"]: r for r in rows}
print("a summer ceiling takes from MaxLPS' gain in Phoenix:", by["phoenix"]["ceiling"] < 0.9)
PY
"$BIN" compare --levers $site --only max-qq,watr-45 2>&1
"$BIN" compare --levers a b --places --all 2>&1
"$BIN" compare --only fp4 a 2>&1
exit 0
