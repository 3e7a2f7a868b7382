"$BIN" run no/such/file.json
