"$BIN" sweep tests/studies/bad.json --shard 1/2
