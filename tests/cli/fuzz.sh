# random scenarios end in closed balances or a named infeasibility, broken ones in diagnostics; a slice
# of `make fuzz` with a fixed seed
python3 tests/fuzz/fuzz.py "$BIN" valid 80 1
python3 tests/fuzz/fuzz.py "$BIN" broken 200 1
python3 tests/fuzz/fuzz.py "$BIN" study 150 1
