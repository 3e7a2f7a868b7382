#!/bin/sh
# Compares whole runs with tests/golden/NAME.json: metrics at 1e-9 relative, the stamp left out.
# usage: golden.sh BIN check|update
set -eu
bin=$1
for scenario in scenarios/*.json; do
    name=$(basename "$scenario" .json)
    "$bin" run "$scenario" --format json --quiet | python3 tests/golden.py "$2" "tests/golden/$name.json"
done
