# tokens per MW rise from generation to generation, and vendors rank as measured
python3 tests/generations.py "$BIN"
