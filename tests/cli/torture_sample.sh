# Failures of single calls, a few of each; `make torture` has all.
python3 tests/torture.py "$BIN" --most 3 --kind malloc --verb check --verb run --verb sweep --verb export_workbook --verb explain | tail -1 | grep -o ", 0 failed"
