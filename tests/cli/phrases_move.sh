# Each phrase's output moves as the phrase says when its condition is changed.
python3 tests/phrases.py
