#!/bin/sh
# A thousand pools and workloads in ten halls: runs, closes, ends its tables and its warnings.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 - >"$tmp/many.json" <<'PY'
import json
N = 1000
print(json.dumps({
    "schema_version": 1, "name": "many", "seed": 1, "horizon": {"start": "2027-07-01", "years": 0.001},
    "site": {"ceiling": {"limit_mw": 100}, "cooling": {"type": "dry-cooler", "supply_c": 40},
             "halls": [{"name": "h%d" % i} for i in range(10)]},
    "fleet": [{"name": "p%d" % i, "hall": "h%d" % (i % 10), "accelerator": "gb300-nvl72", "count": 72} for i in range(N)],
    "workloads": [{"name": "w%d" % i, "class": "chat", "llm": "llama-3.1-8b", "pool": "p%d" % i,
                   "demand": {"output_tok_per_s": 1e6 + 1000 * i},
                   "price": {"deck": "economy-band", "discount_frac": 0.5 + 0.0005 * i}} for i in range(N)]}))
PY
"$BIN" run "$tmp/many.json" --no-range --show classes --format csv 2>"$tmp/err" | wc -l | tr -d ' '
"$BIN" run "$tmp/many.json" --no-range --show classes 2>/dev/null | tail -n 1
[ "$(wc -l <"$tmp/err")" -lt 60 ] || echo "too many warnings"
grep -o '[0-9]* more warnings of W903' "$tmp/err"
