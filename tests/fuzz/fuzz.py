"""Random scenarios against the program.

usage: fuzz.py BIN valid  N SEED    scenarios drawn from the JSON Schema: each ends in closed balances
                                    (exit 0) or a named infeasibility (exit 4)
       fuzz.py BIN broken N SEED    shipped scenarios with bytes and values broken: each is read (exit 0),
                                    refused with diagnostics (exit 3) or infeasible, never a crash

Scenario i of a seed is the same on every machine; a failure prints both, and the file is kept.
The schema alone decides types, ranges and words; HINTS holds what it cannot say, such as that a
workload's pool is the name of a fleet entry. A scenario that the schema allows may still be refused
for how its values go together (E211), and then another is drawn; any other refusal is a failure,
since schema and reader come from the same tables.
"""
import concurrent.futures
import copy
import glob
import json
import math
import os
import random
import re
import subprocess
import sys
import tempfile

TIMEOUT_S = 120  # on a busy machine
BALANCE = 1e-9
KEYS = ("key", "value")
SKIPPED = {"$schema", "extends", "name", "schema_version", "seed"}
DEMANDS = ["output_tok_per_s", "requests_per_s", "utilisation_frac"]
# Where the schema allows what no site has, most draws stay here.
USUAL = {
    "horizon.years": (0.01, 0.06), "site.ceiling.limit_mw": (1, 1000),
    "site.ceiling.ramp_mw_per_min": (0.1, 1000), "site.weather.dry_bulb_shift_k": (-5, 10),
    "workloads.demand.output_tok_per_s": (1e2, 1e9), "workloads.demand.requests_per_s": (1, 1e6),
    "workloads.demand.utilisation_frac": (0, 2), "workloads.slo.ttft_s": (1, 60),
    "workloads.slo.tok_per_s_per_user": (1, 80), "fleet.count": (0, 200000),
}
# Request by request every one is an event.
FEW = {"output_tok_per_s": 1e5, "requests_per_s": 200, "utilisation_frac": 0.2}
ALWAYS_USUAL = {"horizon.years"}  # years cost time, and add nothing here
# Files of the planner's own are other tests' matter.
FILES = re.compile(r"(^|\.)(file|trace|\w+_file)$")


def number(rng, schema, path):
    lo, hi = schema.get("minimum", -1e6), schema.get("maximum", 1e6)
    if path in USUAL and (path in ALWAYS_USUAL or rng.random() < 0.85):
        lo, hi = max(lo, USUAL[path][0]), min(hi, USUAL[path][1])
    way = rng.random()
    default = schema.get("default")
    if isinstance(default, (int, float)) and way < 0.4 and path not in ALWAYS_USUAL:
        value = min(hi, max(lo, default * math.exp(rng.gauss(0, 0.5))))
    elif way < 0.44 and path not in USUAL:
        value = rng.choice([lo, hi])
    elif lo >= 0 and hi > 100 * max(lo, 1e-3):
        value = math.exp(rng.uniform(math.log(max(lo, 1e-3)), math.log(hi)))
    else:
        value = rng.uniform(lo, hi)
    return int(value) if kind_of(schema) == "integer" else float(f"{value:.6g}")


def date(rng):
    return f"2027-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}T{rng.randint(0, 23):02}:00"


def kind_of(schema):
    """A number may also be text with its unit: ["number", "string"]."""
    kind = schema.get("type")
    return kind[0] if isinstance(kind, list) else kind


def value_of(rng, schema, path):
    if "enum" in schema:
        return rng.choice(schema["enum"])
    if "anyOf" in schema:
        out = value_of(rng, rng.choice(schema["anyOf"]), path)
        if isinstance(out, dict) and names(schema):
            out["type"] = rng.choice(names(schema))
        return out
    kind = kind_of(schema)
    if kind in ("number", "integer"):
        return number(rng, schema, path)
    if kind == "boolean":
        return rng.random() < 0.5
    if kind == "array":
        n = schema.get("minItems", rng.randint(0, 2))
        return [value_of(rng, schema["items"], path) for _ in range(n)]
    if kind == "object":
        return object_of(rng, schema, path)
    if "examples" in schema:
        return rng.choice(schema["examples"])
    if "pattern" in schema:
        return date(rng)
    return "x"


def object_of(rng, schema, path):
    """Every required key, and some of the others; an entry's own facts are left alone mostly."""
    required = set(schema.get("required", []))
    is_preset = "type" in schema["properties"] and "base" not in schema["properties"] and \
        "as_of" in schema["properties"]
    out = {}
    for key, sub in schema["properties"].items():
        here = f"{path}.{key}" if path else key
        if key == "name" and path:
            out[key] = f"n{rng.randrange(1000)}"
            continue
        if key in SKIPPED or key in ("title", "source", "as_of", "notes", "basis", "aliases"):
            continue
        if FILES.search(here):
            continue
        chance = 0.05 if is_preset else 0.35
        if key in required or rng.random() < chance:
            out[key] = value_of(rng, sub, here)
    return out


def names(schema):
    """Catalogue names of a REF or PRESET."""
    if "examples" in schema:
        return schema["examples"]
    return [n for s in schema.get("anyOf", []) for n in names(s)]


def tidy_ceiling(rng, ceiling, start):
    """Windows one after the other, phases from the first day, nothing above the contract."""
    limit = ceiling["limit_mw"]
    for i, window in enumerate(ceiling.get("calendar", [])):
        day = 1 + 9 * i + rng.randrange(8)
        window.update({"from": f"2027-01-{day:02}T{rng.randrange(12):02}:00",
                       "to": f"2027-01-{day:02}T{rng.randrange(13, 23)}:00",
                       "limit_mw": round(limit * rng.random(), 3)})
    for i, phase in enumerate(ceiling.get("phases", [])):
        for key, sub in phase.items():
            if isinstance(sub, str) and sub[:2] == "20":
                phase[key] = start if i == 0 else f"{2027 + i}-02-01"
            elif key.endswith("_mw"):
                phase[key] = limit if i > 0 or limit < 1 else round(limit * rng.uniform(0.5, 1), 3)
    for part in ceiling.values():
        if isinstance(part, dict) and "firm_mw" in part:
            part["firm_mw"] = round(limit * rng.random(), 3)
    if "firm_mw" in ceiling:
        ceiling["firm_mw"] = round(limit * rng.random(), 3)


def tidy_contracts(rng, site):
    """What a named item lacks, its schema does not ask for."""
    for contract in site.get("ppas", []):
        contract.setdefault("contract_mw", round(rng.uniform(0.1, 50), 3))
        contract.setdefault("usd_per_mwh", round(rng.uniform(10, 90), 3))


def tidy_money(rng, economics):
    """Lists of named items: the schema asks for their names alone, since a file may extend another."""
    n = len(economics.get("debt", []))
    for tranche in economics.get("debt", []):
        tranche.update(share_frac=round(rng.random() / n, 3), rate_frac=round(0.2 * rng.random(), 4),
                       term_years=rng.randint(3, 20), grace_years=rng.choice([0, 0, 1, 2]))
    n = len(economics.get("gpu_sales", []))
    for sale in economics.get("gpu_sales", []):
        sale.pop("pool", None)
        sale.update(usd_per_gpu_h=round(8 * rng.random(), 3), share_frac=round(rng.random() / n, 3))
    building = economics.get("construction", {})
    if "curve" in building:
        years = building["years"] = max(1, len(building["curve"]))
        building["curve"] = [{"share_frac": 1 / years}] * years


# what each basis of a charge is priced in, and what else it may say
CHARGES = [("energy", "usd_per_mwh", ()), ("demand", "usd_per_kw_month", ("window_min", "min_frac", "ratchet")),
           ("demand", "usd_per_kw_year", ("from_month", "to_month", "days")), ("contract", "usd_per_kw_month", ()),
           ("coincident", "usd_per_mw_day", ("peaks", "billed")), ("month", "usd_per_month", ()), ("take", "usd_per_mwh", ("min_frac", "settled")),
           ("minimum", "usd_per_month", ())]


def tidy_tariff(rng, tariff):
    """Charges of one basis each, with the price that belongs to it."""
    if not isinstance(tariff, dict):
        return
    charges = []
    for i, _ in enumerate(tariff.get("charges", [])):
        basis, price, more = rng.choice(CHARGES)
        charge = {"name": f"c{i}", "basis": basis, price: round(30 * rng.random(), 3)}
        values = {"window_min": rng.choice([15, 30, 60]), "min_frac": round(rng.random(), 3), "from_month": rng.randint(1, 12),
                  "to_month": rng.randint(1, 12), "days": rng.choice(["all", "weekday"]), "peaks": rng.choice(["4cp", "5cp", "12cp"]),
                  "billed": rng.choice(["same-year", "year-after"]), "settled": rng.choice(["month", "year"])}
        for key in more:
            if key == "ratchet" and rng.random() < 0.5:
                charge.update(ratchet_frac=round(rng.random(), 3), ratchet_months=rng.randint(1, 24))
            elif key in values and (rng.random() < 0.5 or key == "peaks"):
                charge[key] = values[key]
        charges.append(charge)
    if "charges" in tariff:
        tariff["charges"] = charges


def generate(schema, seed, index):
    rng = random.Random(f"{seed}/{index}")
    props = schema["properties"]
    s = object_of(rng, {"properties": {k: v for k, v in props.items()
                                       if k not in CATALOGUE and k not in ("fleet", "workloads")},
                        "required": ["horizon", "site"]}, "")
    s.update(schema_version=1, name=f"fuzz-{seed}-{index}", seed=rng.randint(0, 1 << 31))
    s["horizon"] = object_of(rng, dict(props["horizon"], required=["years"]), "horizon")
    site = s["site"]
    site["ceiling"] = object_of(rng, dict(props["site"]["properties"]["ceiling"],
                                          required=["limit_mw"]), "site.ceiling")
    tidy_contracts(rng, s["site"])
    tidy_money(rng, s.get("economics", {}))
    tidy_tariff(rng, site.get("tariff"))
    if s.get("fidelity") == "request":
        # every request is an event: a few replicas stand for a site of any size, for a short while
        s["window"] = {"start": s["horizon"].setdefault("start", "2027-01-01"), "hours": 0.25,
                       "router_replicas": rng.randint(1, 4), "sample_frac": 1e-5}
    tidy_ceiling(rng, site["ceiling"], s["horizon"].setdefault("start", "2027-01-01"))
    units = props["site"]["properties"]["generation"]["items"]["properties"]
    for i, unit in enumerate(site.get("generation", [])):  # solar needs a file
        unit.update(name=f"g{i}", capacity_mw=round(math.exp(rng.uniform(-3, 5)), 3),
                    type=rng.choice([n for n in names(units["type"]) if n != "solar"]))
    fleet = props["fleet"]["items"]["properties"]
    work = props["workloads"]["items"]["properties"]
    s["fleet"] = []
    n_pools = rng.choice([1, 1, 1, 2])
    for i in range(n_pools):
        pool = object_of(rng, {"properties": fleet}, "fleet")
        pool.update(name=f"p{i}", accelerator=rng.choice(names(fleet["accelerator"])))
        if "share_frac" in fleet:
            pool["share_frac"] = round(rng.uniform(0.1, 1.0) / n_pools, 4)
        s["fleet"].append(pool)
    if rng.random() < 0.8 and not all("nvl72" in p["accelerator"] for p in s["fleet"]):
        site["cooling"] = rng.choice([n for n in names(props["site"]["properties"]["cooling"])
                                      if "chilled" in n or "air" in n])
    s["workloads"] = []
    for i in range(n_pools):
        w = object_of(rng, {"properties": work}, "workloads")
        w.update(name=f"w{i}", pool=f"p{i}", llm=rng.choice(names(work["llm"])),
                 price={"deck": rng.choice(names(work["price"]["properties"]["deck"]))})
        w["class"] = rng.choice(names(work["class"]))
        w["kind"] = "request"
        demand = w.get("demand", {})
        given = rng.choice(DEMANDS)
        w["demand"] = {k: v for k, v in demand.items() if k not in DEMANDS}
        w["demand"][given] = number(rng, work["demand"]["properties"][given],
                                    f"workloads.demand.{given}")
        if s.get("fidelity") == "request":
            w["demand"][given] = min(w["demand"][given], FEW[given])
        s["workloads"].append(w)
    return s


def run(binary, verb, text, work_dir):
    path = os.path.join(work_dir, f"s{os.getpid()}-{id(text)}.json")
    with open(path, "wb") as f:
        f.write(text)
    try:
        p = subprocess.run([binary, *verb[:1], path, *verb[1:]], stdin=subprocess.DEVNULL,
                           capture_output=True, timeout=TIMEOUT_S)
        return p.returncode, p.stdout, p.stderr.decode(errors="replace")
    except subprocess.TimeoutExpired:
        return -99, b"", f"no end within {TIMEOUT_S} s"
    finally:
        os.remove(path)


def has_windows(scenario):
    ceiling = scenario["site"]["ceiling"]
    by_name = ceiling.get("curtailment", "firm") != "firm"
    return by_name or any(isinstance(v, (list, dict)) and v for v in ceiling.values())


def complaint(scenario, code, out, err):
    """What is wrong with a finished run; None when nothing is."""
    if code == 4:
        return None if "error E3" in err else "infeasible without a reason"
    if code != 0:
        return f"exit {code}: {err.strip()[:300]}"
    metrics = {k: m["value"] for k, m in json.loads(out)["metrics"].items()}
    for key, value in metrics.items():
        if not math.isfinite(value):
            return f"{key} is {value}"
        if key.startswith("balance_") and value > BALANCE:
            return f"{key} = {value}"
        if key.startswith("power_share_") and not -1e-9 <= value <= 1 + 1e-9:
            tariff_pays = metrics.get("power_cost_usd", 0) < 0
            if not tariff_pays:
                return f"{key} = {value}"
    if metrics.get("pue_mean", 1) < 1:
        return f"pue_mean = {metrics['pue_mean']}"
    # A window may be deeper than what cannot be switched off, and failed replicas of a fleet bigger
    # than the contract draw their idle power; racks that fill the contract never exceed it.
    violation = metrics.get("ceiling_violation_mwh", 0)
    counted = any(isinstance(pool.get("count"), int) for pool in scenario["fleet"])
    room = (1e-3 if counted else 1e-6) * max(1, metrics.get("site_energy_mwh", 0))
    if violation > room and not has_windows(scenario):
        return f"ceiling_violation_mwh = {metrics['ceiling_violation_mwh']}"
    return None


def one_valid(binary, schema, seed, index, work_dir):
    """A scenario and its verdict: (text, complaint or None, exit); E211 draws another."""
    for attempt in range(40):
        scenario = generate(schema, seed, f"{index}.{attempt}")
        text = json.dumps(scenario, indent=1).encode()
        code, out, err = run(binary, ["run", "--format", "json", "--quiet"], text, work_dir)
        lines = [line for line in err.splitlines() if ": error E" in line or
                 line.startswith("error E")]
        if code == 3 and lines and all("error E211" in line for line in lines):
            continue
        return text, complaint(scenario, code, out, err), code
    return text, "forty scenarios in a row were refused for how their values go together", 3


GARBAGE = [b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"null", b"true", b"-1", b"1e999", b"0",
           b"9" * 40, b"\x00", b"\xff", b"\xf0\x9f\x92\xa1", b'"sweep"', b"NaN", b"//", b"\n",
           b'{"base": "x"}', b"[" * 80, b"%n%s", b"../../x"]


def break_bytes(rng, text):
    data = bytearray(text)
    for _ in range(rng.choice([1, 1, 2, 5])):
        at = rng.randrange(len(data)) if data else 0
        way = rng.random()
        if way < 0.3:
            del data[at:at + rng.choice([1, 1, 3, 20])]
        elif way < 0.6:
            data[at:at] = rng.choice(GARBAGE)
        elif way < 0.7:
            del data[at:]
        elif way < 0.85 and data:
            data[at] = rng.randrange(256)
        else:
            data[at:at] = data[at:at + rng.randrange(60)]
    return bytes(data)


def break_values(rng, tree):
    """Puts a value of a wrong kind somewhere in the tree, or a strange key."""
    spots = []

    def walk(node):
        if isinstance(node, dict):
            spots.extend((node, k) for k in node)
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            spots.extend((node, i) for i in range(len(node)))
            for child in node:
                walk(child)

    walk(tree)
    for _ in range(rng.choice([1, 2, 6])):
        node, key = rng.choice(spots)
        bad = rng.choice([None, -1, 1e308, 0, "", "x", [], {}, True, [[]], {"dist": "pert"}, "\u0000é",
                          "-" * 500, 10 ** 30])
        if isinstance(node, dict) and rng.random() < 0.2:
            node[rng.choice(["", "nmae", "site", "é", "a.b", "x" * 300])] = bad
        elif isinstance(node, dict) or key < len(node):
            node[key] = bad
    return json.dumps(tree).encode()


def one_broken(binary, files, seed, index, work_dir):
    rng = random.Random(f"{seed}/{index}")
    tree = copy.deepcopy(rng.choice(files))
    tree["horizon"] = {"start": "2027-01-01", "years": 0.01}
    text = break_bytes(rng, json.dumps(tree, indent=1).encode()) if rng.random() < 0.5 \
        else break_values(rng, tree)
    code, _, err = run(binary, ["check"], text, work_dir)
    if code == 3 and "error E" not in err:
        return text, "refused without a diagnostic", code
    if code not in (0, 3):
        return text, f"exit {code}: {err.strip()[:300]}", code
    return text, None, code


def one_study(binary, files, seed, index, work_dir):
    """A broken study is refused with a diagnostic, or still is one: its first point is timed, nothing is written."""
    rng = random.Random(f"{seed}/{index}")
    tree = copy.deepcopy(rng.choice(files))
    tree["base"] = os.path.abspath("tests/studies/small.json")
    if rng.random() < 0.5:
        tree["design"] = rng.choice(["latin_hypercube", "sobol", "monte_carlo", "one_at_a_time", "saltelli", "zip", "list"])
    if rng.random() < 0.5:
        tree.pop("corr", None)
    text = break_bytes(rng, json.dumps(tree, indent=1).encode()) if rng.random() < 0.5 \
        else break_values(rng, tree)
    code, _, err = run(binary, ["sweep", "--dry-run", "--set", "horizon.years=0.003"], text, work_dir)
    if code not in (0, 2, 3, 5):
        return text, f"exit {code}: {err.strip()[:300]}", code
    if code != 0 and "error E" not in err:
        return text, "refused without a diagnostic", code
    return text, None, code


def main():
    global CATALOGUE
    binary, mode, n, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    schema = json.loads(subprocess.run([binary, "schema"], capture_output=True, check=True).stdout)
    CATALOGUE = {k for k, v in schema["properties"].items() if "additionalProperties" in v and
                 v["additionalProperties"]}
    sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
    from scenario_tree import load
    files = [load(f) for f in sorted(glob.glob("scenarios/*.json"))]
    studies = [json.load(open(f)) for f in sorted(glob.glob("tests/studies/*.json")) if "small" not in f and "bad" not in f]
    ends, failed = {}, []
    with tempfile.TemporaryDirectory() as work_dir, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        def one(i):
            if mode == "valid":
                return one_valid(binary, schema, seed, i, work_dir)
            if mode == "study":
                return one_study(binary, studies, seed, i, work_dir)
            return one_broken(binary, files, seed, i, work_dir)
        for i, (text, wrong, code) in enumerate(pool.map(one, range(n))):
            ends[code] = ends.get(code, 0) + 1
            if wrong:
                kept = os.path.join(tempfile.gettempdir(), f"wattmill-fuzz-{mode}-{seed}-{i}.json")
                with open(kept, "wb") as f:
                    f.write(text)
                failed.append(f"{mode} seed {seed} number {i}: {wrong} ({kept})")
    print("\n".join(failed) or f"fuzz: {n} {mode} {'files' if mode == 'study' else 'scenarios'} of seed {seed} ended as they should")
    if os.environ.get("WATTMILL_FUZZ_VERBOSE"):
        print("exits", ends, file=sys.stderr)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
