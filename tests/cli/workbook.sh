# workbooks of a run and of a comparison: every formula comes to the value it carries; NPV and IRR are those printed,
# with whole years and parts of them, nominal and real; the bill's sheet is the bill, ledger sums are the run's; texts stay texts
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
S=scenarios/virginia-100mw-gb300.json
"$BIN" run $S -q -o "$dir/a.xlsx" --format json >"$dir/a.json" 2>"$dir/err" || {
    grep -q 'built without libxlsxwriter' "$dir/err" && cat tests/cli/workbook.out # SKIP: not in this build
    exit 0
}
python3 tests/workbook.py "$dir/a.xlsx" "$dir/a.json" 2>/dev/null | grep -c 'all come to the values carried'
"$BIN" run $S -q -o "$dir/b.xlsx" >/dev/null
cmp "$dir/a.xlsx" "$dir/b.xlsx" && echo "equal bytes: yes"
"$BIN" run $S -q --set horizon.years=3.3 --set economics.money=real -o "$dir/p.xlsx" --format json >"$dir/p.json"
python3 tests/workbook.py "$dir/p.xlsx" "$dir/p.json" 2>/dev/null | grep -c 'all come to the values carried'
printf '{"schema_version": 1, "extends": "%s", "name": "=cmd|calc & <b>", "horizon": {"years": 0.05}}' "$PWD/$S" >"$dir/h.json"
"$BIN" compare $S "$dir/h.json" -q --no-bridge -o "$dir/c.xlsx" >/dev/null
python3 tests/workbook.py "$dir/c.xlsx" 2>/dev/null | grep -c 'all come to the values carried'
"$BIN" run "$dir/h.json" -q -o "$dir/h.xlsx" >/dev/null
DIR=$dir python3 - <<'PY'
import json, math, os, sys
sys.path.insert(0, "tests")
import workbook as w
d = os.environ["DIR"]
book, run = w.Book(d + "/a.xlsx"), json.load(open(d + "/a.json"))
bill = book.rows("Monthly bill")
head = next(r for r in bill if r[0] == "month")
months = {r[0]: r for r in bill if str(r[0])[:2] == "20"}
at = head.index("bill")
print("bill by month is the run's:", "yes" if len(months) == len(run["bill"]) and all(w.same(months[m["month"]][at], m["bill_usd"]) and w.same(months[m["month"]][2], m["grid_energy_mwh"]) for m in run["bill"]) else "no")
lines = [r for r in book.rows("Bill lines")[1:]]
print("its lines sum to it:", "yes" if w.same(math.fsum(r[9] for r in lines), math.fsum(m["bill_usd"] for m in run["bill"])) else "no")
ledger = next(r for r in book.rows("Ledger") if str(r[0]).startswith("OpEx by definition"))
print("ledger B is the run's:", "yes" if w.same(ledger[3], run["metrics"]["opex_b_usd"]["value"]) else "no")
inputs = {r[0]: r for r in book.rows("Inputs")[1:]}
print("every input with its origin:", "yes" if set(inputs) == {i["path"] for i in run["inputs"]} and all(r[3] for r in inputs.values()) else "no")
print("sources are told:", "yes" if "DOE 2016" in inputs["site.power_chain.source"][1] and all(inputs[p][4] for p in ("fleet.0.accelerator", "workloads.0.llm", "economics.ledger.insurance_frac", "site.weather.climate")) else "no")
metrics = {r[0]: r[1] for r in book.rows("Metrics")[1:]}
print("every metric:", "yes" if set(metrics) == set(run["metrics"]) and all(w.same(metrics[k], m["value"]) for k, m in run["metrics"].items()) else "no")
print("charts:", "yes" if all(book.charts[s] for s in ("Pro-forma", "Monthly bill", "Energy")) else "no")
hostile = w.Book(d + "/h.xlsx")
print("a name like a formula is text:", "yes" if hostile.values["Summary"][1, 1] == "=cmd|calc & <b>" and (1, 1) not in hostile.formulas["Summary"] else "no")
PY
"$BIN" run scenarios/cases/train-gb300-llama405b.json -q -o "$dir/t.xlsx" 2>&1 | grep -c 'a workbook is of a site'
