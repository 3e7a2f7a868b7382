# parts of a result as rows: every class, every pool, every line of the ledger with its definitions
S=scenarios/virginia-100mw-gb300-mix-curtail100h.json
"$BIN" run $S --quiet --show classes --format csv | cut -d, -f1-3
"$BIN" run $S --quiet --show pools --format json | python3 -c 'import json,sys
for p in json.load(sys.stdin): print(p["pool"], p["accelerator"], p["workload"], 0 < p["busy_frac"] < 1)'
"$BIN" run $S --quiet --show ledger --format csv | python3 -c 'import csv,sys
rows = list(csv.DictReader(sys.stdin))
line = {r["line"]: "".join(k for k in "abcde" if r[k]) for r in rows}
print(line["energy"], line["IT maintenance"], line["colocation rent"], line["depreciation, IT"])'
"$BIN" run $S --quiet --show monthly --format csv | head -3 | cut -d, -f1,2,6
"$BIN" run $S --quiet --show yearly --format csv | cut -d, -f1,2
"$BIN" run $S --quiet --show bill --format csv | head -4 | cut -d, -f1-4,6,8
"$BIN" run $S --show clases
echo "exit $?"
