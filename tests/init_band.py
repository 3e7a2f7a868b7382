"""What `init` writes for every language model of the catalogue on eight accelerators, run: revenue per megawatt inside the span that
clouds report, or told.

usage: init_band.py WATTMILL [PAIRS]     PAIRS drawn at random (all); exit 1 when fewer than 95 % lie inside, or one outside is not told
"""
import csv
import io
import json
import os
import random
import subprocess
import sys
import tempfile

PARTS = ["h100", "h200", "b200", "gb300-nvl72", "vr200-nvl72", "mi300x", "mi355x", "tpu-v7"]
LOW, HIGH, ASKED = 6e6, 30e6, 0.95


def main(wattmill, n_pairs):
    table = subprocess.run([wattmill, "catalog", "llms", "--format", "csv"], check=True, capture_output=True, text=True).stdout
    pairs = [(part, row["name"]) for row in csv.DictReader(io.StringIO(table)) for part in PARTS]
    random.Random(5).shuffle(pairs)
    pairs = pairs[:n_pairs]
    inside, refused, untold = 0, 0, []
    with tempfile.TemporaryDirectory() as folder:
        site = os.path.join(folder, "site.json")
        for part, llm in pairs:
            written = subprocess.run([wattmill, "init", site, "--yes", "--force", "-a", part, "-m", llm], capture_output=True, text=True)
            if written.returncode != 0:
                refused += 1
                print(f"{part} {llm}: {written.stderr.strip()[:120]}")
                continue
            run = subprocess.run([wattmill, "run", site, "--no-range", "--quiet", "--format", "json"], check=True, capture_output=True, text=True)
            result = json.loads(run.stdout)
            revenue = result["metrics"]["revenue_usd_per_mw_utility_year"]["value"]
            if LOW <= revenue <= HIGH:
                inside += 1
                continue
            told = any("clouds report per MW" in lead for lead in result["headline"]["leads"])
            print(f"{part} {llm}: {revenue / 1e6:.2f} M$/MW-yr, {'told' if told else 'not told'}")
            if not told:
                untold.append((part, llm))
    n = len(pairs) - refused
    print(f"{inside} of {n} inside {LOW / 1e6:.0f} to {HIGH / 1e6:.0f} M$/MW-yr ({100 * inside / n:.1f} %), {refused} refused by init, {len(untold)} outside and not told")
    return 1 if untold or inside < ASKED * n else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None))
