# the kinds are listed with their entries counted, a kind with its entries' dates
"$BIN" catalog --format csv | cut -d, -f1 | head -3
"$BIN" catalog climates --format csv | cut -d, -f1 | head -3
