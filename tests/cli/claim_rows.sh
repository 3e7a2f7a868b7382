# No row of the claims differs but by what it says.
python3 tests/claim_rows.py
