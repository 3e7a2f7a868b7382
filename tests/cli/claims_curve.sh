# The curve of the million-fold: ratios are quotients, no end makes more at a higher speed, factors multiply to the serial ratio.
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$BIN" claims --curve million-fold -o "$dir" --quiet || exit 1
python3 - "$dir" <<'EOF'
import csv, math, sys
rows = [r for r in csv.DictReader(line for line in open(sys.argv[1] + "/claims_curve.csv") if line.strip())]
number = lambda r, key: float(r[key] or "nan")
old, new = "old_out_tok_per_s_per_mw", "new_out_tok_per_s_per_mw"
for a, b in zip(rows, rows[1:]):
    if a["series"] == b["series"]:
        assert number(b, old) <= number(a, old) * 1.03, b
        assert number(b, new) <= number(a, new) * 1.03, b
for r in rows:
    if number(r, old) > 0:
        assert abs(number(r, new) / number(r, old) / number(r, "ratio") - 1) < 1e-9, r
    else:
        assert r["ratio"] == "", r
serial = number(rows[0], "ratio")
best = {r["series"]: number(r, "ratio") for r in reversed(rows)}
print(len(best), serial == max(best.values()), serial < 1e6)
parts = [float(r["factor"]) for r in csv.DictReader(open(sys.argv[1] + "/claims_parts.csv"))]
print(len(parts), abs(math.prod(parts) / serial - 1) < 1e-9)
EOF
ls "$dir"
"$BIN" claims --curve fold 2>&1
"$BIN" claims -o "$dir" 2>&1
exit 0
