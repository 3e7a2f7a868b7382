# The claims are computed; the 40 % is never called reproduced; JSON holds a ratio where both exist.
set -e
"$BIN" claims --format json --quiet | python3 -c '
import json, sys
rows = json.load(sys.stdin)
assert not any("reproduced" in r["verdict"] for r in rows)
for r in rows:
    assert ("computed" in r) != ("why_not" in r), r
    assert r["source"] and r["conditions"], r
    assert r["evidence"] in ("independent", "in-sample", "arithmetic", "calibrated"), r
print(len({r["id"] for r in rows}) == len(rows) >= 30)'
"$BIN" claims power-40-percent --quiet | sed -n 's/^  differs by  //p'
# A group by the beginning of its names, and the verdicts by class below the table.
"$BIN" claims deepseek-day --quiet | sed -n 's/: .*//; s/ .*//p; $p'
