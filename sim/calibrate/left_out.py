"""What the shipped model says of an accelerator when it takes its factors by rule instead of from rows of its own.

usage: left_out.py WATTMILL POINTS.csv     (run in the project's root)

Each silicon with rows is left out in turn, cheaply: nothing else is fitted anew. It takes the geometric mean of
the fitted factors of its family's other silicon, else of its vendor's other families, else of all; then its rows,
fitted ones and others, are compared. Rows of parts that share silicon are left out together.
"""
import csv
import json
import math
import os
import re
import statistics
import subprocess
import sys
import tempfile

KERNELS = ["compute_frac", "memory_frac", "attention_frac", "moe_frac", "widen_frac", "overhead", "reduce", "layer_us"]
PRECISIONS = ["bf16", "fp8", "fp8_block", "fp4"]
POWER = ["base_frac", "memory_frac", "compute_frac"]


def resolved(entries, name):
    def over(low, high):
        both = dict(low)
        for key, value in high.items():
            both[key] = over(both[key], value) if isinstance(value, dict) and isinstance(both.get(key), dict) else value
        return both

    entry = entries[name]
    return over(resolved(entries, entry["base"]), entry) if "base" in entry else entry


def mean(values):
    return math.exp(sum(math.log(v) for v in values) / len(values))


def family(entry):
    return re.match("[A-Za-z]*", entry["generation"]).group()


def kin(parts, silicon_of, silicon):
    """Entries, one a silicon, whose factors a part of `silicon` takes."""
    mine = next(e for n, e in parts.items() if silicon_of[n] == silicon)
    others = {}
    for name, entry in parts.items():
        if silicon_of[name] != silicon and entry.get("fit", {}).get("points", 0) > 0:
            others.setdefault(silicon_of[name], (name, entry))
    rules = [("family", lambda e: family(e) == family(mine)), ("vendor", lambda e: e["vendor"] == mine["vendor"]), ("all", lambda e: True)]
    for rule, takes in rules:
        near = [(n, e) for n, e in others.values() if takes(e)]
        if near:
            return rule, near
    return "none", []


def moved(entry, start, key):
    """By how much the fit moved a share; boards of one silicon start where their power limits let them."""
    return entry["achieved"][key] / (start["achieved"][key] if key != "layer_us" else 1.0)


def overlay(entry, near, starts, name):
    new = {"achieved": {key: mean([moved(e, starts[n], key) for n, e in near]) * (starts[name]["achieved"][key] if key != "layer_us" else 1.0) for key in KERNELS},
           "power": {key: mean([e["power"][key] for n, e in near]) for key in POWER}}
    for precision in PRECISIONS:
        with_unit = [e for n, e in near if e.get(precision, {}).get("tflop_per_s", 0) > 0]
        if entry.get(precision, {}).get("tflop_per_s", 0) > 0 and with_unit:
            new[precision] = {"serving_frac": mean([e[precision]["serving_frac"] for e in with_unit])}
    return new


def errors(wattmill, points, catalog, names):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "catalog.json")
        json.dump({"accelerators": catalog}, open(path, "w"))
        subprocess.run([wattmill, "accuracy", "--data", points, "--catalog", path, "-o", folder, "--quiet"],
                       stdout=subprocess.DEVNULL, check=True)
        found = {name: ([], []) for name in names}
        for row in csv.DictReader(open(os.path.join(folder, "parity.csv"))):
            if row["accelerator"] not in found:
                continue
            for i, (had, said) in enumerate([("measured_out_tok_per_s_per_gpu", "predicted_out_tok_per_s_per_gpu"), ("measured_board_w", "predicted_board_w")]):
                if row[had] not in ("", "nan") and float(row[had]) > 0.0 and float(row[said]) > 0.0:
                    found[row["accelerator"]][i].append(float(row[said]) / float(row[had]) - 1.0)
        return found


def told(values):
    if len(values) < 3:
        return "| %d | | " % len(values)
    return "| %d | %.1f | %+.1f " % (len(values), 100 * statistics.median(abs(v) for v in values), 100 * statistics.median(values))


def main(wattmill, points):
    entries = json.load(open("models/catalog/accelerators.json"))["accelerators"]
    parts = {name: resolved(entries, name) for name in entries}
    silicon_of = {name: entry.get("silicon") or name for name, entry in parts.items()}
    starts = json.load(open("sim/calibrate/start.json"))["accelerators"]
    fitted = [n for n, e in parts.items() if e.get("fit", {}).get("points", 0) > 0]
    print("| silicon left out | takes | accelerator | rows | median % | bias % | with power | median % | bias % |")
    print("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for silicon in dict.fromkeys(silicon_of[n] for n in fitted):
        names = [n for n in parts if silicon_of[n] == silicon]
        rule, near = kin(parts, silicon_of, silicon)
        found = errors(wattmill, points, {n: dict(overlay(parts[n], near, starts, n), base=n) for n in names}, names)
        for name in names:
            if found[name][0] or found[name][1]:
                print("| %s | %s | %s %s%s|" % (silicon, rule, name, told(found[name][0]), told(found[name][1])))


if __name__ == "__main__":
    main(*sys.argv[1:])
