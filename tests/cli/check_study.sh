"$BIN" check scenarios/studies/pue-climate.json && "$BIN" check tests/studies/bad.json 2>&1 | tail -n 1
