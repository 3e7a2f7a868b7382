"""Any two shipped scenarios differ only in the keys that their names say.

A name is a row of words; WORDS says which keys each may change. Two scenarios may differ in the keys
of the words that only one of them has, and nowhere else.
"""
import glob
import itertools
import json
import os
import re
import sys

from scenario_tree import load

PLACE = ["site.weather.climate"]
HARDWARE = ["fleet.main.accelerator", "workloads.chat.precision", "site.cooling"]
MODEL = ["workloads.chat.llm", "workloads.chat.demand.output_tok_per_s", "workloads.chat.slo",
         "workloads.chat.price.deck"]
MEGAWATTS = ["site.ceiling.limit_mw", "site.ceiling.ramp_mw_per_min", "site.ceiling.calendar",
             "workloads.chat.demand.output_tok_per_s"]
WORDS = [
    (r"virginia|oregon|phoenix|dallas|frankfurt|london|quincy", PLACE),
    (r"\d+mw", MEGAWATTS),
    (r"kepler|pascal|volta|ampere|h100|hopper|b200|gb200|gb300|vr200|mi300x|mi355x|tpu7|trainium3",
     HARDWARE),
    (r"llama8b|gpt3|llama70b|llama405b|dsv4|dense405b|moe671b", MODEL),
    (r"\d+mtok|flood", ["workloads.chat.demand.output_tok_per_s"]),
    (r"maxq|maxlps|\d+kgpu", ["fleet.main.count"]),
    (r"mix|pretrain", ["workloads"]),
    (r"mtp", ["workloads.chat.serving"]),
    (r"cpx", ["fleet.main.prefill_accelerator"]),
    (r"battery|gasengine", ["site.storage", "site.generation"]),
    (r"curtail\d+h", ["site.ceiling.curtailment"]),
    (r"standby", ["policy"]),
    (r"colo|neocloud|hyperscaler", ["economics.ledger"]),
]


def flatten(value, path=""):
    if isinstance(value, dict):
        for k, v in value.items():
            yield from flatten(v, f"{path}.{k}" if path else k)
    elif isinstance(value, list) and value and all(isinstance(e, dict) and "name" in e
                                                   for e in value):
        for e in value:
            yield from flatten(e, f"{path}.{e['name']}")
    else:
        yield path, json.dumps(value, sort_keys=True)


def keys_of(word):
    found = [keys for pattern, keys in WORDS if re.fullmatch(pattern, word)]
    return found[0] if found else None


def allowed(path, keys):
    return path in ("name",) or any(path == k or path.startswith(k + ".") for k in keys)


wrong = []
scenarios = {}
for file in sorted(glob.glob("scenarios/*.json")):
    stem = os.path.basename(file)[:-5]
    tree = load(file)
    scenarios[stem] = dict(flatten(tree))
    if tree["name"] != stem:
        wrong.append(f"{file}: name is {tree['name']}")
    wrong += [f"{file}: no meaning for \"{w}\"" for w in stem.split("-") if keys_of(w) is None]
for a, b in itertools.combinations(scenarios, 2):
    words = set(a.split("-")) ^ set(b.split("-"))
    keys = [k for w in words for k in keys_of(w) or []]
    one, other = scenarios[a], scenarios[b]
    for path in sorted(set(one) | set(other)):
        if one.get(path) != other.get(path) and not allowed(path, keys):
            wrong.append(f"{a} and {b} differ in {path}, which no word of their names says")
    if one == {**other, "name": one["name"]}:
        wrong.append(f"{a} and {b} are the same")
print("\n".join(wrong) or f"{len(scenarios)} scenarios, "
      f"{len(scenarios) * (len(scenarios) - 1) // 2} pairs differ as their names say")
sys.exit(bool(wrong))
