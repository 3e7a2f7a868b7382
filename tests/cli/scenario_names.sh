# any two shipped scenarios differ only in the keys their names say
python3 tests/scenario_names.py >/dev/null || python3 tests/scenario_names.py
