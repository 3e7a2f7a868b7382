#!/bin/sh
# Compares whole runs with tests/golden/NAME.json: metrics at 1e-9 relative, the stamp left out.
# A scenario is golden when a file of its name lies there; one per theme is enough.
# usage: golden.sh BIN check|update
set -eu
bin=$1
for golden in tests/golden/*.json; do
    scenario=$(find scenarios -name "$(basename "$golden")")
    "$bin" run "$scenario" --format json --quiet | python3 tests/golden.py "$2" "$golden"
done
python3 tests/questions.py "$bin" "$2" docs/questions.md docs/first-site.md docs/accuracy.md README.md
# the README's picture follows the demo
if [ "$2" = update ] && command -v gnuplot >/dev/null; then
    tmp=$(mktemp -d)
    "$bin" run scenarios/virginia-100mw-gb300.json -o "$tmp" --quiet >/dev/null
    cp "$tmp/energy_flow.png" docs/img/demo_energy_flow.png
    rm -rf "$tmp"
fi
