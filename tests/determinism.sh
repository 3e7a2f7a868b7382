#!/bin/sh
# Same scenario and seed: equal bytes; another seed: other bytes; nothing written where not asked.
set -eu
bin=$1
demo=scenarios/virginia-100mw-gb300.json
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$bin" run "$demo" --format json --quiet >"$tmp/a"
"$bin" run "$demo" --format json --quiet >"$tmp/b"
"$bin" run "$demo" --format json --quiet --seed 43 >"$tmp/c"
cmp "$tmp/a" "$tmp/b"
if cmp -s "$tmp/a" "$tmp/c"; then
    echo "another seed gave the same bytes"
    exit 1
fi
"$bin" run "$demo" -o "$tmp/out1" --series --quiet >/dev/null
"$bin" run "$demo" -o "$tmp/out2" --series --quiet >/dev/null
for f in result.json metrics.csv series.csv load_duration.svg opex_shares.svg energy_flow.svg cost_stack.svg ceiling_heat.svg cash_flow.svg; do
    cmp "$tmp/out1/$f" "$tmp/out2/$f"
done
