"$BIN" accuracy
