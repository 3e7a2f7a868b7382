#!/bin/sh
# Compares whole runs with tests/golden/NAME.json: metrics at 1e-9 relative, the stamp left out.
# A scenario is golden when a file of its name lies there; one per theme is enough.
# usage: golden.sh BIN check|update
set -eu
bin=$1
ls tests/golden/*.json | xargs -P "$(nproc)" -I{} sh -c '
    scenario=$(find scenarios -name "$(basename "$3")")
    "$1" run "$scenario" --format json --quiet | python3 tests/golden.py "$2" "$3"
' golden "$bin" "$2" {}
python3 tests/questions.py "$bin" "$2" docs/questions.md docs/first-site.md docs/accuracy.md README.md
# the README's picture follows the demo
if [ "$2" = update ] && command -v gnuplot >/dev/null; then
    tmp=$(mktemp -d)
    "$bin" run scenarios/virginia-100mw-gb300.json -o "$tmp" --quiet >/dev/null
    cp "$tmp/energy_flow.png" docs/img/demo_energy_flow.png
    rm -rf "$tmp"
fi
