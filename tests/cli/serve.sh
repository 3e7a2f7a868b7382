# The server of `wattmill serve`: who may ask, answers, refusals, many clients, noise, its end.
python3 tests/serve.py "$BIN"
