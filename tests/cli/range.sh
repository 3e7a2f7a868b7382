# The range of a run at given draws is a whole run there: the demo, a site where capacity binds. `make check-range` compares quantiles
set -e
for s in virginia-100mw-gb300 virginia-100mw-gb300-flood; do
    PYTHONDONTWRITEBYTECODE=1 python3 tests/range.py "$BIN" scenarios/$s.json points 4
done
