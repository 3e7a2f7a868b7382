"$BIN" run x.json --format=jsn --series=1 --colour never --set
