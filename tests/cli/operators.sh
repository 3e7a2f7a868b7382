# GPU-hour ledgers against what operators publish per MW and as power's share; every row outside says why
PYTHONDONTWRITEBYTECODE=1 python3 tests/published/operators.py
