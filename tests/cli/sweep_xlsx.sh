# the spreadsheet opens in someone else's reader: sheets, values, live formulas that hold
python3 -c 'import openpyxl' 2>/dev/null || { echo "formulas hold"; exit 0; } # SKIP: no python3-openpyxl
dir=$(mktemp -d)
"$BIN" sweep tests/studies/grid.json -o "$dir/s.sqlite" --quiet >/dev/null
"$BIN" export "$dir/s.sqlite" --format xlsx -o "$dir/a.xlsx" --point 7 2>"$dir/err" || {
    grep -q 'built without libxlsxwriter' "$dir/err" && echo "formulas hold" # SKIP: not in this build
    exit 0
}
"$BIN" export "$dir/s.sqlite" --format xlsx -o "$dir/b.xlsx" --point 7
cmp "$dir/a.xlsx" "$dir/b.xlsx"
DIR=$dir python3 - <<'PY'
import csv, os
import openpyxl
d = os.environ["DIR"]
formulas = openpyxl.load_workbook(d + "/a.xlsx")
values = openpyxl.load_workbook(d + "/a.xlsx", data_only=True)
assert formulas.sheetnames == ["Study", "Inputs", "Points", "Pro-forma", "Dictionary"], formulas.sheetnames
f, v = formulas["Pro-forma"], values["Pro-forma"]
assert f["B2"].value.startswith("=SUM(I5:I"), f["B2"].value
assert f["D2"].value.startswith("=IFERROR(IRR(H5:H")
rate = v["B1"].value
total = 0.0
for row in range(5, v.max_row + 1):
    revenue, power, opex, capex, residual, tax, flow, pv, cumulated, as_run = (v.cell(row, c).value or 0 for c in range(2, 12))
    assert f.cell(row, 8).value == "=B%d-C%d-D%d-E%d+F%d-G%d" % ((row,) * 6)
    assert abs(revenue - power - opex - capex + residual - tax - flow) < 1e-6 * max(1, abs(capex), abs(revenue)), row
    total += flow / (1 + rate) ** (row - 5)
    assert abs(total - as_run) < 1e-6 * abs(v.cell(5, 5).value), (row, total, as_run)
points = values["Points"]
assert points.max_row == 51 and points.cell(1, 4).value == "site.tariff.energy_usd_per_mwh"
print("formulas hold")
PY
rm -rf "$dir"
