#!/bin/sh
# a sample of the planner's relations over random scenarios; `make fuzz` tries 2,000
python3 tests/relations/relations.py "$BIN" 10 1 --each 3
