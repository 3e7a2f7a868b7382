"$BIN" rnu x
