# The table must not move with the parameters: only what was read and left out is shown.
"$BIN" accuracy --data tests/data/operating_points.csv --format json |
    python3 -c 'import json, sys
r = json.load(sys.stdin)
rows = r["out_tok_per_s_per_gpu"]
print(r["rows"], r["compared"], rows[0]["by"], rows[0]["n"], sorted(r["not_compared"].items()))
print(all(0 <= x["median_frac"] <= x["p90_frac"] for x in rows + r["board_w"]))
print(rows[0]["p90_frac"] < 2, r["rank"]["pairs_as_measured"] <= r["rank"]["pairs"])'
