# Axes take numbers with units and swept types drop what the base sets for its own, as --set does
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
BIN=$BIN TMP=$tmp python3 - <<'PY'
import csv, json, os, subprocess
BIN, TMP = os.environ["BIN"], os.environ["TMP"]
base = json.load(open("tests/studies/small.json"))
base["horizon"]["years"] = 0.005
base["site"]["cooling"] = {"type": "dry-cooler", "supply_c": 40}
base["site"]["tariff"] = {"type": "us-large-load", "energy_usd_per_mwh": 55, "demand_usd_per_kw_month": 13}
json.dump(base, open(f"{TMP}/base.json", "w"))

def points(name, sets=(), **study):
    json.dump({"schema_version": 1, "name": name, "base": "base.json", **study}, open(f"{TMP}/{name}.json", "w"))
    more = [x for s in sets for x in ("--set", s)]
    out = subprocess.run([BIN, "sweep", f"{TMP}/{name}.json", "-o", f"{TMP}/{name}.sqlite", "--quiet", *more], capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    text = subprocess.run([BIN, "export", f"{TMP}/{name}.sqlite", "--format", "csv"], capture_output=True, text=True, check=True).stdout
    return list(csv.DictReader(text.splitlines()))

def run(*sets):
    args = [x for s in sets for x in ("--set", s)]
    out = subprocess.run([BIN, "run", f"{TMP}/base.json", "--format", "csv", "--quiet", "--no-range", *args], capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    return {r[0]: float(r[1]) for r in csv.reader(out.stdout.splitlines()[1:]) if len(r) > 1 and r[1]}

def same(p, *sets):
    r = run(*sets)
    keys = ("pue_mean", "power_cost_usd", "npv_usd", "site_energy_mwh")
    assert all(float(p[k]) == r[k] for k in keys), (sets, {k: (p[k], r[k]) for k in keys})

LIMIT, COOLING, TARIFF = "site.ceiling.limit_mw", "site.cooling.type", "site.tariff.type"
plants, tariffs = ["dry-cooler", "dry-cooler-w27", "chilled-water"], ["us-large-load", "us-time-of-use"]
grid = points("grid", axes=[{"path": COOLING, "sweep": plants}, {"path": TARIFF, "sweep": tariffs}])
assert len(grid) == 6
for p in grid:
    same(p, f"{COOLING}={p[COOLING]}", f"{TARIFF}={p[TARIFF]}")
print("swept types: as --set X.type=")
kept = points("kept", [f"site.cooling.supply_c=30"], axes=[{"path": COOLING, "sweep": plants}])
for p in kept:
    same(p, "site.cooling.supply_c=30", f"{COOLING}={p[COOLING]}")
print("what --set gives holds for every type")
both = points("both", axes=[{"path": COOLING, "sweep": plants[:2]}, {"path": "site.cooling.supply_c", "sweep": [30, "95 °F"]}])
for p in both:
    same(p, f"{COOLING}={p[COOLING]}", f"site.cooling.supply_c={p['site.cooling.supply_c']}")
assert {p["site.cooling.supply_c"] for p in both} == {"30", "35"}, [p["site.cooling.supply_c"] for p in both]
print("what another axis gives holds too")
one = points("one", design="one_at_a_time", axes=[{"path": COOLING, "sweep": plants[1:]}, {"path": "site.cooling.supply_c", "sweep": [30]}])
for p in one:
    moved = p[COOLING] != "dry-cooler"
    same(p, f"{COOLING}={p[COOLING]}", *([] if moved else [f"site.cooling.supply_c={p['site.cooling.supply_c']}"]))
cases = points("cases", axes=[{"name": "plan", "cases": [
    {"label": "now", "set": {LIMIT: "10 MW", TARIFF: "us-large-load"}}, {"label": "dear", "set": {LIMIT: "0.01 GW", TARIFF: "us-time-of-use"}},
    {"label": "own", "set": {LIMIT: 10, TARIFF: "us-time-of-use", "site.tariff.energy_usd_per_mwh": "7 c/kWh"}}]}])
same(cases[0], f"{TARIFF}=us-large-load")
same(cases[1], f"{TARIFF}=us-time-of-use")
same(cases[2], f"{TARIFF}=us-time-of-use", "site.tariff.energy_usd_per_mwh=70")
print("one at a time, cases: likewise")
units = points("units", axes=[{"path": LIMIT, "sweep": ["9 MW", "9500 kW", "0.01 GW"]}, {"path": "site.weather.dry_bulb_shift_k", "sweep": {"from": "0 K", "to": "2 K", "step": "1 K"}}])
assert sorted({float(p[LIMIT]) for p in units}) == [9, 9.5, 10] and len(units) == 9
draws = points("draws", design="latin_hypercube", n=8, axes=[{"path": "site.tariff.energy_usd_per_mwh", "dist": "triangular", "low": "4 c/kWh", "mode": 55, "high": "$80/MWh"}])
assert all(40 <= float(p["site.tariff.energy_usd_per_mwh"]) <= 80 for p in draws)
print("units on lists, ranges and distributions")
PY
sed 's/"9 MW"/"9 kg"/' "$tmp/units.json" > "$tmp/bad.json" # a unit of something else is told by its place
"$BIN" sweep "$tmp/bad.json" --dry-run 2>&1 | sed "s#$tmp/##"
# options too: the unit is the one that help shows
"$BIN" train -a h100 -m llama-3.1-8b --gpus 1k --tokens 1T --format csv --quiet > "$tmp/a"
"$BIN" train -a h100 -m llama-3.1-8b --gpus 1000 --tokens 1e12 --format csv --quiet > "$tmp/b"
cmp "$tmp/a" "$tmp/b" && echo "1k is 1000"
"$BIN" plan scenarios/virginia-100mw-gb300.json --deliveries "50 kg" 2>&1 || true
