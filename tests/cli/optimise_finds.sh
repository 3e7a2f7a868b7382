# the same answer from any number of threads and after an interruption; every mistake at once
dir=$(mktemp -d)
export XDG_CACHE_HOME="$dir/cache"
case $("$BIN" optimise tests/studies/small.json --maximise npv_usd --vary site.ceiling.limit_mw=2:12 --points 20 \
    -o "$dir/x.sqlite" 2>&1) in
*"built without NLopt"*) cat "${0%.sh}.out"; rm -rf "$dir"; exit 0 ;; # SKIP: NLopt is optional
esac
find_best() {
    "$BIN" optimise tests/studies/small.json --vary site.ceiling.limit_mw=2:12 --vary fleet.main.count=72:1440 \
        --vary site.cooling=dry-cooler,chilled-water --maximise npv_usd --subject 'slo_attainment_frac>=0.5' \
        --points 40 --format csv -o "$dir/$1.sqlite" -j "$2" 2>&1
}
find_best a 1 >"$dir/a.csv"
find_best b 3 >"$dir/b.csv"
cmp "$dir/a.csv" "$dir/b.csv" && echo "equal on 1 and 3 threads"
sqlite3 "$dir/b.sqlite" "DELETE FROM metric WHERE point > 20; DELETE FROM yearly WHERE point > 20; DELETE FROM message WHERE point > 20;
    DELETE FROM point WHERE id > 20"
find_best b 2 >"$dir/c.csv"
cmp "$dir/a.csv" "$dir/c.csv" && echo "equal after it was cut short"
# no grid point of 11 x 10 is better than the answer
cat >"$dir/grid.json" <<J
{ "schema_version": 1, "name": "grid", "base": "$PWD/tests/studies/small.json", "metrics": [ "npv_usd", "slo_attainment_frac" ],
  "axes": [ { "path": "site.ceiling.limit_mw", "sweep": { "from": 2, "to": 12, "step": 1 } },
            { "path": "fleet.main.count", "sweep": { "from": 72, "to": 1440, "n": 10 } } ] }
J
"$BIN" sweep "$dir/grid.json" -o "$dir/grid.sqlite" --quiet >/dev/null 2>&1
grid=$("$BIN" export "$dir/grid.sqlite" --best 'max npv_usd' --where 'slo_attainment_frac>=0.5' --top 1 --format csv | sed -n 2p | cut -d, -f4)
found=$(sed -n 's/^maximised,npv_usd,\([^,]*\),.*/\1/p' "$dir/a.csv")
awk "BEGIN { print ($found >= 0.99 * $grid) ? \"as good as the grid\" : \"$found against $grid\" }"
"$BIN" optimise tests/studies/small.json --vary site.ceiling.limit_mw=12:2 --vary fleet.main.count --maximise npv_us 2>&1
"$BIN" optimise tests/studies/small.json --vary site.ceiling.limit_m=2:12 --maximise npv_usd -o "$dir/y.sqlite" 2>&1 | sed 's/[0-9]* MW/N MW/'
"$BIN" optimise tests/studies/small.json --vary site.ceiling.limit_mw=2:12 --maximise npv_usd --subject 'slo_attainment_frac>2' \
    --points 20 -o "$dir/z.sqlite" 2>/dev/null
echo "exit $?"
# measures over draws are those of a study of the same draws at the answer, by someone else's arithmetic
cat >"$dir/uncertain.json" <<J
{ "schema_version": 1, "name": "uncertain", "extends": "$PWD/tests/studies/small.json",
  "site": { "tariff": { "energy_usd_per_mwh": { "dist": "pert", "low": 35, "mode": 55, "high": 95 } } },
  "workloads": [ { "name": "chat", "price": { "discount_frac": { "dist": "lognormal", "median": 0.3, "log_sd": 0.4, "low": 0.1, "high": 1.5 } } } ] }
J
echo '{ "schema_version": 1, "name": "draws", "base": "uncertain.json", "design": "sobol", "n": 64 }' >"$dir/draws.json"
robust() { # SCENARIO STORE OPTIONS
    scenario=$1 store=$2
    shift 2
    "$BIN" optimise "$scenario" --vary fleet.main.count=144,288,720 --format csv -o "$dir/$store.sqlite" "$@"
}
for measure in 'P10(npv_usd)' 'CVaR10(npv_usd)' 'mean(npv_usd)' 'cvar90(npv_usd)'; do
    robust "$dir/uncertain.json" r --maximise "$measure" >"$dir/r.csv" 2>&1
    count=$(sed -n 's/^optimum,fleet.main.count,\([0-9]*\),.*/\1/p' "$dir/r.csv")
    rm -f "$dir/d.sqlite"
    "$BIN" sweep "$dir/draws.json" --set "fleet.main.count=$count" -o "$dir/d.sqlite" --quiet >/dev/null
    sqlite3 "$dir/d.sqlite" "SELECT value FROM result WHERE key = 'npv_usd'" |
        python3 -c "
import csv, sys, statistics
x = sorted(map(float, sys.stdin))
want = {'P10(npv_usd)': statistics.quantiles(x, n=10, method='inclusive')[0], 'mean(npv_usd)': statistics.fmean(x),
        'CVaR10(npv_usd)': (sum(x[:6]) + 0.4 * x[6]) / 6.4, 'cvar90(npv_usd)': (sum(x[-6:]) + 0.4 * x[-7]) / 6.4}['$measure']
got = [float(r['value']) for r in csv.DictReader(open('$dir/r.csv')) if r['what'] == 'maximised'][0]
print('$measure', 'of', len(x), 'draws:', 'equal' if abs(got - want) <= 1e-7 * abs(want) else (got, want))"
done
# the run's own range where nothing is drawn; a study laid over a scenario
robust tests/studies/small.json own --maximise 'CVaR10(npv_usd)' | sed -n 's/^maximised,\([^,]*\),\(.*\),USD,.*/\2/p' >"$dir/own"
robust tests/studies/small.json own --maximise npv_cvar10_usd | sed -n 's/^maximised,\([^,]*\),\(.*\),USD,.*/\2/p' | cmp - "$dir/own" &&
    echo "CVaR10 of the run's range is its metric"
echo '{ "schema_version": 1, "name": "two", "base": "none.json", "design": "list", "points": [ { "site.tariff.energy_usd_per_mwh": 40 }, { "site.tariff.energy_usd_per_mwh": 90 } ] }' >"$dir/two.json"
robust tests/studies/small.json two --maximise 'mean(npv_usd)' --over "$dir/two.json" --subject 'npv_usd>0' 2>&1 | cut -d, -f1-2
robust tests/studies/small.json none --maximise 'P10(site_energy_mwh)' 2>&1
robust "$dir/uncertain.json" none --maximise npv_usd --subject 'P(npv_usd)>1' --subject 'P10(npv_usd)==1' 2>&1
robust "$dir/uncertain.json" none --maximise npv_usd 2>&1
# a curve: no point beats another, and each repeats itself by its command
busy=workloads.chat.demand.output_tok_per_s=3e6
"$BIN" optimise tests/studies/small.json --set $busy --vary fleet.main.count=72:2160 --maximise npv_usd --minimise capex_usd --curve 5 --points 50 \
    --format csv -o "$dir/t.sqlite" --figures "$dir/f" >"$dir/t.csv"
cmp "$dir/t.csv" "$dir/f/trade_off.csv" && ls "$dir/f"
BIN=$BIN python3 - "$dir/t.csv" "$dir/t.sqlite" <<'P'
import csv, os, shlex, sqlite3, subprocess, sys
rows = list(csv.DictReader(open(sys.argv[1])))
front = [(float(r["npv_usd [USD]"]), float(r["capex_usd [USD]"])) for r in rows]
print(len(rows) >= 4, "points; each loses one goal where it wins the other:", all(a[0] > b[0] and a[1] > b[1] for a, b in zip(front, front[1:])))
tried = {}
for i, key, v in sqlite3.connect(sys.argv[2]).execute("SELECT idx, key, value FROM result WHERE key IN ('npv_usd', 'capex_usd')"):
    tried.setdefault(i, {})[key] = v
beaten = [f for f in front for t in tried.values() if t["npv_usd"] > f[0] * (1 + 1e-7) and t["capex_usd"] < f[1] * (1 - 1e-7)]
print("beaten by a point that was tried:", len(beaten))
same = 0
for r, f in zip(rows, front):
    out = subprocess.run([os.environ["BIN"], *shlex.split(r["again"])[1:], "--no-range", "--quiet", "--format", "csv"],
                         capture_output=True, text=True).stdout
    got = {k: float(v) for k, v in (l.split(",")[:2] for l in out.splitlines()[1:]) if k in ("npv_usd", "capex_usd")}
    same += abs(got["npv_usd"] / f[0] - 1) < 1e-7 and abs(got["capex_usd"] / f[1] - 1) < 1e-7
print("repeated by their command:", same == len(rows))
P
# the examples of docs/optimise.md on a week: the commands as they stand there, and nothing in their stores beats the answers
BIN=$BIN dir=$dir python3 - <<'P'
import csv, io, os, re, shlex, sqlite3, subprocess
text = open("docs/optimise.md").read().replace("\\\n", " ")
commands = [shlex.split(c)[2:] for c in re.findall(r"^    (wattmill optimise scenarios.*)$", text, re.M)]
good = 0
for i, c in enumerate(commands):
    store = f"{os.environ['dir']}/e{i}.sqlite"
    c = [*c[:c.index("--points")], *c[c.index("--points") + 2:]] if "--points" in c else c
    out = subprocess.run([os.environ["BIN"], "optimise", *c, "--set", "horizon.years=0.02", "--points", "20", "--format", "csv", "--quiet", "-o", store],
                         capture_output=True, text=True)
    rows = {r["what"]: r for r in csv.DictReader(io.StringIO(out.stdout))}
    best = float(rows["maximised"]["value"])
    key = "npv_p10_usd" if rows["maximised"]["key"] == "P10(npv_usd)" else "npv_usd"
    tried = {}
    for n, k, v in sqlite3.connect(store).execute("SELECT idx, key, value FROM result WHERE status = 'ok'"):
        tried.setdefault(n, {})[k] = v
    floor = 0.99 if "--subject" in c else -1
    top = max(t[key] for t in tried.values() if t["slo_attainment_frac"] >= floor)
    good += out.returncode == 0 and abs(best / top - 1) < 1e-7
print(len(commands), "examples, the best of their points:", good)
P
# what would be given in vain
for options in '--curve 5' "--figures $dir/f" '--draws 9' "--draws 9 --over $dir/grid.json"; do
    "$BIN" optimise tests/studies/small.json --vary fleet.main.count=144:720 --maximise npv_usd --points 20 -o "$dir/v.sqlite" $options 2>&1 |
        head -n 1
done
"$BIN" optimise tests/studies/small.json --vary fleet.main.count=144:720 --maximise 'P1.2.3(npv_usd)' -o "$dir/v.sqlite" 2>&1 | head -n 1
rm -rf "$dir"
