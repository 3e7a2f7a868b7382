"""The relations of relations.json over random scenarios.

usage: relations.py BIN N SEED [--from I] [--each K] [--only WORD] [--jobs J] [--verbose]
       N scenarios, half drawn from the JSON Schema (tests/fuzz), half shipped ones with numbers moved; each is tried
       against K relations (default 4), every relation in turn. Scenario i of a seed is the same on every machine.

A relation is a row of data: `given` makes the scenario one of which it speaks, `change` is what the planner does, then
`stays`, `moves`, `equals` say of the second run's figures beside the first's. README.md has the words.
"""
import concurrent.futures
import copy
import json
import math
import os
import random
import re
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "fuzz"), os.path.join(HERE, "..")]
import fuzz  # noqa: E402
from scenario_tree import load  # noqa: E402

TIMEOUT_S = 300
TOLERANCE = 1e-9
# Of what the schema allows, some one in twenty runs.
DRAWS = 400
# Shipped scenarios that take longer than a second, or are another's matter.
HEAVY = re.compile(r"1000mw|72kgpu|volta|kepler")
# What may be moved in a shipped scenario, by a factor of up to two either way.
MOVED = [("site.ceiling", "limit_mw"), ("site.tariff", "energy_usd_per_mwh"), ("site.tariff", "demand_usd_per_kw_month"),
         ("workloads.*.demand", "output_tok_per_s"), ("workloads.*.price", "discount_frac"), ("workloads.*.slo", "ttft_s")]


# --- the tree: paths of keys, places and names; "*" is every element -------------------------------------------

def at(tree, path, make=False):
    """[(holder, key)] of a dotted path; what is not there is left out, or made when `make`."""
    spots = [(tree, path.split("."))]
    found = []
    while spots:
        node, keys = spots.pop()
        key = keys[0]
        if isinstance(node, list):
            chosen = range(len(node)) if key == "*" else \
                [int(key)] if key.isdigit() else [i for i, e in enumerate(node) if e.get("name") == key]
            chosen = [i for i in chosen if i < len(node)]
        elif isinstance(node, dict):
            if make and key not in node and len(keys) > 1:
                node[key] = {}
            if make and isinstance(node.get(key), str) and len(keys) > 1:
                node[key] = {"type": node[key]}  # a name from the catalogue in short
            chosen = [key] if make or key in node else []
        else:
            continue
        for c in chosen:
            if len(keys) == 1:
                found.append((node, c))
            else:
                spots.append((node[c], keys[1:]))
    return found


class Case:
    """A scenario, what its run said, and the dice of this relation."""

    def __init__(self, rng, folder):
        self.rng, self.folder, self.result = rng, folder, {}

    def metric(self, key):
        return self.result["metrics"][key]["value"]

    def input(self, path):
        return next((i["value"] for i in self.result["inputs"] if i["path"] == path), None)

    def value(self, v):
        """What stands for a value in the table: a literal, dice, a figure or an input of the first run."""
        if isinstance(v, list):
            return [self.value(e) for e in v]
        if not isinstance(v, dict):
            return v
        if "$between" in v:
            out = self.rng.uniform(*v["$between"])
        elif "$one_of" in v:
            out = self.rng.choice(v["$one_of"])
        elif "$metric" in v:
            out = self.metric(v["$metric"])
        elif "$input" in v:
            out = self.input(v["$input"])
        elif "$file" in v:
            return self.file(v["$file"])
        else:
            return {k: self.value(e) for k, e in v.items()}
        if "times" in v:
            out = out * self.value(v["times"])
        if "plus" in v:
            out = out + self.value(v["plus"])
        return v["text"] % out if "text" in v else out

    def file(self, what):
        """A year of hourly rows: {"columns": {name: value or "=expression of h"}}."""
        names = list(what)
        path = os.path.join(self.folder, f"f{random.getrandbits(60):x}.csv")
        columns = {k: self.value(v) for k, v in what.items()}
        with open(path, "w", encoding="utf-8") as f:
            f.write("hour_of_year," + ",".join(names) + "\n")
            for h in range(8760):
                f.write(f"{h}," + ",".join(repr(c) if not isinstance(c, str) else
                                           repr(eval(c[1:], {"h": h, "math": math})) for c in columns.values()) + "\n")
        return path


def op_set(case, tree, args):
    for path, value in args.items():
        value = case.value(value)
        for holder, key in at(tree, path, make=True):
            holder[key] = value


def op_default(case, tree, args):
    """Sets what the scenario does not say itself."""
    for path, value in args.items():
        if not at(tree, path):
            op_set(case, tree, {path: value})


def op_times(case, tree, args):
    """Multiplies a value, the scenario's own or its default; all elements by one factor."""
    for path, factor in args.items():
        factor = case.value(factor)
        for holder, key in at(tree, path):
            if isinstance(holder[key], (int, float)):
                holder[key] *= factor


def op_drop(_, tree, paths):
    for path in paths:
        for holder, key in at(tree, path):
            if isinstance(holder, dict):
                holder.pop(key, None)


def op_keep(_, tree, args):
    for path, n in args.items():
        for holder, key in at(tree, path):
            holder[key] = holder[key][:n]


def op_reverse(_, tree, path):
    for holder, key in at(tree, path):
        holder[key] = holder[key][::-1]


def op_rename(_, tree, args):
    """Other names for pools and workloads, and for who points at them."""
    for path, refs in args.items():
        for holder, i in at(tree, path + ".*"):
            old, new = holder[i]["name"], "Z%d" % (99 - i)
            holder[i]["name"] = new
            for ref in refs:
                for h, k in at(tree, ref):
                    if h[k] == old:
                        h[k] = new


def op_split(case, tree, args):
    """Each element of a list as two, the named quantities shared between them."""
    share = case.value(args.get("share", 0.5))
    for holder, key in at(tree, args["list"]):
        out = []
        for e in holder[key]:
            for half, part in enumerate((share, 1 - share)):
                twin = copy.deepcopy(e)
                twin["name"] = f"{e['name']}-{half}"
                for path in args["shared"]:
                    op_times(case, twin, {path: part})
                out.append(twin)
        holder[key] = out


OPS = {"set": op_set, "default": op_default, "times": op_times, "drop": op_drop, "keep": op_keep, "reverse": op_reverse,
       "rename": op_rename, "split": op_split}


def act(case, tree, steps):
    for step in steps:
        for name, args in step.items():
            OPS[name](case, tree, args)
    return tree


# --- scenarios ----------------------------------------------------------------------------------------------------

def drawn(schema, files, seed, index):
    """Scenario `index` of a seed: odd ones from the schema, even ones shipped and moved."""
    rng = random.Random(f"relations/{seed}/{index}")
    if int(index.split(".")[0]) % 2:
        s = fuzz.generate(schema, f"relations-{seed}", index)
    else:
        s = copy.deepcopy(rng.choice(files))
        s["horizon"] = {"start": f"2027-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}", "years": round(rng.uniform(0.01, 0.06), 4)}
        for path, key in MOVED:
            for holder, _ in at(s, path + "." + key):
                if rng.random() < 0.5:
                    holder[key] = float(f"{holder[key] * math.exp(rng.uniform(-0.7, 0.7)):.4g}")
    for key in ("fidelity", "window"):
        s.pop(key, None)
    return s


def run(binary, tree, folder, *more):
    """(exit code, result or what was told); a run that a scenario has had already is not repeated."""
    key = json.dumps([tree, more])
    if key not in LAST.runs:
        LAST.runs[key] = run_anew(binary, tree, folder, *more)
    return LAST.runs[key]


class Last(threading.local):
    """Runs of this thread's scenario."""
    runs = {}


LAST = Last()


def run_anew(binary, tree, folder, *more):
    path = os.path.join(folder, f"s{random.getrandbits(60):x}.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(tree, f)
    try:
        p = subprocess.run([binary, "run", path, "--format", "json", "--quiet", "--no-range", *more], stdin=subprocess.DEVNULL,
                           capture_output=True, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return -99, f"no end within {TIMEOUT_S} s"
    finally:
        os.remove(path)
    return p.returncode, json.loads(p.stdout) if p.returncode in (0, 1) and p.stdout else p.stderr.decode(errors="replace")


# --- what a relation says -----------------------------------------------------------------------------------------

def figures(result):
    """Figures of a run by one name each: metrics, lines of the ledger, energy by use."""
    out = {k: m["value"] for k, m in result["metrics"].items()}
    for line in result["ledger"]:
        out["ledger " + line["name"]] = out.get("ledger " + line["name"], 0.0) + line["usd"]
    return out


def scale(key, a, b):
    """What a difference of a figure is measured by: shares and rates of return by 1, all else by itself."""
    return max(abs(a), abs(b), 1.0 if key.endswith("_frac") else 0.0)


def close(key, a, b, tolerance, floor):
    return abs(a - b) <= tolerance * max(scale(key, a, b), floor)


# A figure that is a difference of large ones is held to the large ones' last digits.
DIFFERENCES = {"usd": ("npv_usd", "profit_", "margin_", "month_of_power_usd", "curtailment_loss_usd", "breakeven_"),
               "mwh": ("starting_mwh", "capped_mwh", "shed_mwh", "unworthy_mwh", "curtailed_mwh", "rebound_mwh", "heat_"),
               "mw": ("stranded_", "demand_slack_mw"), "kg": ("carbon_market_kg",)}


def floor_of(key, first):
    for unit, words in DIFFERENCES.items():
        if key.startswith(words):
            return {"usd": abs(first.get("revenue_usd", 0)) + abs(first.get("capex_usd", 0)),
                    "mwh": first.get("requested_energy_mwh", 0), "mw": first.get("ceiling_mean_mw", 0),
                    "kg": first.get("carbon_kg", 0)}[unit]
    return 0.0


def stays(row, first, second):
    rules = row.get("stays", {})
    for key in sorted(set(first) | set(second)):
        if key.startswith("balance_") or any(re.fullmatch(p, key) for p in row.get("but", []) + list(row.get("moves", {}))):
            continue
        tolerance = rules.get(key, next((t for p, t in rules.items() if p != "*" and re.fullmatch(p, key)), rules.get("*")))
        if tolerance is None:
            continue
        if (key in first) != (key in second):
            yield f"{key} is in one of the two alone ({first.get(key)} | {second.get(key)})"
        elif not close(key, first[key], second[key], tolerance, floor_of(key, first)):
            yield f"{key} {first[key]!r} -> {second[key]!r}"


WAYS = {"up": lambda a, b, e: b > a + e, "down": lambda a, b, e: b < a - e,
        "not up": lambda a, b, e: b <= a + e, "not down": lambda a, b, e: b >= a - e}


def moves(row, case, first, second):
    for key, way in row.get("moves", {}).items():
        if key not in first or key not in second:
            continue
        a, b = first[key], second[key]
        if isinstance(way, dict) and "times" in way:
            want = a * case.value(way["times"])
            if not close(key, want, b, way.get("within", TOLERANCE), floor_of(key, first)):
                yield f"{key} {a!r} -> {b!r}, not {want!r}"
            continue
        word, slack = (way["way"], way["slack"]) if isinstance(way, dict) else (way, TOLERANCE)
        room = slack * max(abs(a), abs(b), floor_of(key, first))
        if word in ("up", "down"):
            room = 0.0
        if not WAYS[word](a, b, room):
            yield f"{key} {a!r} -> {b!r}, should move {word}"


def equals(row, case, second):
    for key, want in row.get("equals", {}).items():
        within = 1e-6
        if isinstance(want, dict) and "within" in want:
            within, want = want["within"], want["value"]
        want = case.value(want)
        if key not in second:
            yield f"{key} is absent, should be {want!r}"
        elif abs(second[key] - want) > within * max(1.0, abs(want)):
            yield f"{key} = {second[key]!r}, should be {want!r}"


CONDITION = re.compile(r"(\w+) *(<=|>=|==|<|>) *(\S+)$")


def holds(condition, first):
    """A condition on the first run's figures; of a figure that is absent nothing holds."""
    key, sign, bound = CONDITION.match(condition).groups()
    if key not in first:
        return False
    a, b = first[key], float(bound)
    return {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b, "==": a == b}[sign]


def summed(parts):
    """Figures that add up over the parts of a run."""
    out = {}
    for part in parts:
        for key, value in part.items():
            out[key] = out.get(key, 0.0) + value
    return out


def tried(binary, row, scenario, seed, folder):
    """(verdict, complaints): "held", "failed", "not of it" (the row does not speak of this scenario)."""
    case = Case(random.Random(f"{seed}/{row['name']}"), folder)
    first = act(case, copy.deepcopy(scenario), row.get("given", []))
    code, case.result = run(binary, first, folder)
    if code != 0:
        return "not of it", [], [first]
    was = figures(case.result)
    if not all(holds(c, was) for c in row.get("when", [])):
        return "not of it", [], [first]
    changes = row["parts"] if "parts" in row else [row["change"]]
    others, trees = [], [first]
    for steps in changes:
        tree = act(case, copy.deepcopy(first), steps)
        trees.append(tree)
        code, result = run(binary, tree, folder, *[case.value(o) for o in row.get("options", [])])
        if code != 0:
            told = result if isinstance(result, str) else "a balance does not close"
            if row.get("refusal") == "allowed" and code in (3, 4):
                return "not of it", [], trees
            return "failed", [f"exit {code}: {told.strip()[:300]}"], trees
        others.append(figures(result))
    if not all(holds(c, other) for c in row.get("when_after", []) for other in others):
        return "not of it", [], trees
    other = summed(others) if "parts" in row else others[0]
    wrong = [*stays(row, was, other), *moves(row, case, was, other), *equals(row, case, other)]
    return "failed" if wrong else "held", wrong, trees


# --- the run ----------------------------------------------------------------------------------------------------

def base_of(binary, schema, files, seed, i, folder):
    """Scenario i that runs; what is refused or infeasible draws another."""
    for attempt in range(DRAWS):
        scenario = drawn(schema, files, seed, f"{i}.{attempt}")
        if run(binary, scenario, folder)[0] == 0:
            return scenario
    return None


def one(binary, schema, files, rows, seed, i, each, folder):
    LAST.runs = {}
    scenario = base_of(binary, schema, files, seed, i, folder)
    out = []
    if scenario is None:
        return [("no scenario", "failed", [f"{DRAWS} scenarios in a row did not run"], None)]
    order = sorted(range(len(rows)), key=lambda k: random.Random(f"{seed}/{i}/{k}").random())
    spoken = 0
    for k in order:
        if spoken == each:
            break
        verdict, wrong, trees = tried(binary, rows[k], scenario, f"{seed}/{i}", folder)
        spoken += verdict != "not of it"
        out.append((rows[k]["name"], verdict, wrong, trees if verdict == "failed" else None))
    return out


def option(name, default):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default


def main():
    binary, n, seed = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    each, only, begin = int(option("--each", "4")), option("--only", ""), int(option("--from", "0"))
    with open(os.path.join(HERE, "relations.json"), encoding="utf-8") as f:
        rows = [r for r in json.load(f)["relations"] if only in r["name"]]
    schema = json.loads(subprocess.run([binary, "schema"], capture_output=True, check=True).stdout)
    fuzz.CATALOGUE = {k for k, v in schema["properties"].items() if v.get("additionalProperties")}
    root = os.path.join(HERE, "..", "..", "scenarios")
    files = [load(os.path.join(root, f)) for f in sorted(os.listdir(root)) if f.endswith(".json") and not HEAVY.search(f)]
    count, failed = {r["name"]: {"held": 0, "failed": 0, "not of it": 0} for r in rows}, []
    jobs = int(option("--jobs", os.cpu_count() or 1))
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        tries = pool.map(lambda i: one(binary, schema, files, rows, seed, i, each, folder), range(begin, begin + n))
        for i, told in enumerate(tries, begin):
            for name, verdict, wrong, trees in told:
                count.setdefault(name, {"held": 0, "failed": 0, "not of it": 0})[verdict] += 1
                if verdict == "failed":
                    kept = os.path.join(tempfile.gettempdir(), f"wattmill-relation-{seed}-{i}-{re.sub('[^a-z0-9]+', '-', name.lower())[:40]}")
                    for k, tree in enumerate(trees or []):
                        with open(f"{kept}-{k}.json", "w", encoding="utf-8") as f:
                            json.dump(tree, f, indent=1)
                    failed.append(f"seed {seed} scenario {i}: {name}: " + "; ".join(wrong[:6]) + f" ({kept}-*.json)")
                    print(failed[-1], flush=True)
    if "--verbose" in sys.argv:
        for name, c in count.items():
            print(f"{c['held']:6} held {c['failed']:4} failed {c['not of it']:6} not of it  {name}", file=sys.stderr)
    never = [name for name, c in count.items() if c["held"] + c["failed"] == 0]
    if not failed:
        print(f"relations: {n} scenarios of seed {seed}, {sum(c['held'] for c in count.values())} relations held"
              if "--verbose" in sys.argv else f"relations: {n} scenarios of seed {seed}: all relations held")
    if never and n * each >= 20 * len(rows):
        print("never tried: " + "; ".join(never))
    sys.exit(bool(failed or (never and n * each >= 20 * len(rows))))


if __name__ == "__main__":
    main()
