"""Keeps the metrics of a result (stdin) as a golden file, or compares them with it."""
import json
import sys

# Latencies come from histogram bins and transcendental functions; everything else is sums.
TOLERANCE = 1e-9

mode, path = sys.argv[1:]
result = json.load(sys.stdin)
got = {key: {"value": m["value"], "unit": m["unit"]} for key, m in result["metrics"].items()}
if mode == "update":
    with open(path, "w", encoding="utf-8") as f:
        json.dump(got, f, indent=1)
        f.write("\n")
    sys.exit(0)
with open(path, encoding="utf-8") as f:
    want = json.load(f)
bad = [f"{key}: only in one of both" for key in sorted(set(got) ^ set(want))]
for key in want.keys() & got.keys():
    a, b = want[key]["value"], got[key]["value"]
    if key.startswith("balance_"):
        if b > TOLERANCE:
            bad.append(f"{key}: {b} does not close")
    elif abs(a - b) > TOLERANCE * max(abs(a), abs(b)) or want[key]["unit"] != got[key]["unit"]:
        bad.append(f"{key}: {b} {got[key]['unit']}, golden {a} {want[key]['unit']}")
print("\n".join(sorted(bad)) or f"{path}: {len(want)} metrics agree")
sys.exit(bool(bad))
