# the name of a file says its form; --where filters points and statistics; messages name their option
dir=$(mktemp -d)
export XDG_CACHE_HOME="$dir"
"$BIN" sweep tests/studies/grid.json -o "$dir/s.sqlite" --quiet >/dev/null
"$BIN" export "$dir/s.sqlite" -o "$dir/a.xlsx" && head -c 2 "$dir/a.xlsx" && echo
"$BIN" export "$dir/s.sqlite" -o "$dir/a.jsonl" && head -c 9 "$dir/a.jsonl" && echo
"$BIN" export "$dir/s.sqlite" -o "$dir/b.xlsx" --format csv 2>&1 | sed "s|$dir/||"
"$BIN" export "$dir/s.sqlite" -o "$dir/b.csv" --format xlsx 2>&1 | sed "s|$dir/||"
"$BIN" export "$dir/s.sqlite" --where 'npv_usd>0' | awk -F, 'NR > 1' | wc -l
"$BIN" export "$dir/s.sqlite" --format jsonl | grep -c '"npv_usd":[0-9]'
"$BIN" export "$dir/s.sqlite" --where 'npv_usd>' 2>&1
"$BIN" export "$dir/s.sqlite" --prob 'npv_us<0' 2>&1
"$BIN" export "$dir/s.sqlite" --best 'max npv_usd' --top 1 | grep -c '[GMk] USD'
"$BIN" export "$dir/s.sqlite" --best 'max npv_usd' --top 1 --format csv | grep -c USD
"$BIN" export "$dir/s.sqlite" --failed --format csv
# a grid of four axes: two and a third as blocks or panels, the fourth averaged and said, combinations that cannot run stay as gaps
cat >"$dir/g.json" <<J
{ "schema_version": 1, "name": "g", "base": "$PWD/tests/studies/small.json", "metrics": [ "npv_usd" ], "axes": [
  { "path": "site.ceiling.limit_mw", "sweep": [ 4, 8 ] }, { "path": "fleet.main.accelerator", "name": "chip", "sweep": [ "gb300-nvl72", "h100" ] },
  { "path": "site.tariff.energy_usd_per_mwh", "sweep": [ 30, 60, 90 ] }, { "path": "fleet.main.count", "sweep": [ 144, 288 ] } ] }
J
"$BIN" sweep "$dir/g.json" -o "$dir/g.sqlite" --quiet >/dev/null 2>&1
"$BIN" export "$dir/g.sqlite" --heat npv_usd --format csv >"$dir/heat.csv"
head -n 1 "$dir/heat.csv"
"$BIN" export "$dir/g.sqlite" --figures "$dir/f" -m npv_usd >/dev/null && ls "$dir/f" | grep heat
"$BIN" export "$dir/g.sqlite" >"$dir/points.csv"
python3 - "$dir" <<'P'
import csv, sys
d = sys.argv[1]
cells = {}
for r in csv.DictReader(open(d + "/points.csv")):
    if r["status"] == "ok":
        cells.setdefault((r["site.tariff.energy_usd_per_mwh"], r["site.ceiling.limit_mw"], r["chip"]), []).append(float(r["npv_usd"]))
mean = {k: sum(v) / len(v) for k, v in cells.items()}
rows = list(csv.reader(open(d + "/heat.csv")))[1:]
right = all(abs(float(r[2]) / mean[r[0], r[1], "gb300-nvl72"] - 1) < 1e-4 and r[3] == "" for r in rows)
print("terminal: rows", len(rows), "means of what ended well, gaps for the rest:", right)
fig = list(csv.DictReader(open(d + "/f/study_heat.csv")))
right = all((r["value"] == "NaN") if r["y_label"] == "h100" else abs(float(r["value"]) * 1e6 / mean[r["panel_label"].split("= ")[1], r["x_label"], r["y_label"]] - 1) < 1e-4 for r in fig)
print("figure:", len({r["panel"] for r in fig}), "panels of", len(fig) // 3, "cells, gaps drawn:", right, "|", fig[0]["note"], "|", fig[0]["panel_label"], "|", fig[0]["x_axis"])
P
rm -rf "$dir"
