"""What generations must do to one another, on shipped scenarios.

usage: generations.py BIN

Bounds and ranks are published measurements: InferenceX (SemiAnalysis, database of 2026-07-20, Apache-2.0),
DeepSeek-R1, 1k in and 1k out, no multi-token prediction, at 50 tok/s per user, output tok/s per GPU over
all-in utility kW per GPU (InferenceX constants, April 2026): H200 73 ktok/s/MW, MI355X 248, B200 626,
GB200 1,867. So GB200 makes 25 times H200's; other published ratios run from 8 (30 tok/s per user,
InferenceX) and 10 (NVIDIA) to 50 (GB300 with prediction, at Hopper's fastest).
"""
import csv
import io
import subprocess
import sys

METRIC = "capacity_output_tok_per_s_per_mw_utility"


def metric(binary, name, key=METRIC):
    out = subprocess.run([binary, "run", f"scenarios/{name}.json", "--format", "csv", "--quiet"],
                         capture_output=True, text=True, check=True).stdout
    return {row["key"]: float(row["value"]) for row in csv.DictReader(io.StringIO(out))}[key]


def rises(binary, names, failures):
    values = [metric(binary, name) for name in names]
    for (a, x), (b, y) in zip(zip(names, values), zip(names[1:], values[1:])):
        if not x < y:
            failures.append(f"{b} makes {y:.4g} tok/s/MW, no more than {a} with {x:.4g}")
    return dict(zip(names, values))


def main():
    binary, failures = sys.argv[1], []
    rises(binary, [f"virginia-100mw-{g}-llama8b" for g in
                   ("kepler", "pascal", "volta", "ampere", "hopper", "gb200", "vr200")], failures)
    r1 = rises(binary, [f"virginia-100mw-{g}" for g in ("hopper", "mi355x", "b200", "gb200")],
               failures)
    ratio = r1["virginia-100mw-gb200"] / r1["virginia-100mw-hopper"]
    if not 8 <= ratio <= 50:
        failures.append(f"GB200 makes {ratio:.3g} times H200's tokens per MW, published: 8 to 50")
    print("\n".join(failures) or "generations: ok")
    sys.exit(bool(failures))


main()
