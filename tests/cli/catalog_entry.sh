# an entry's values carry unit, origin, basis, date and source; a default says so
"$BIN" catalog price_decks deepseek-r1-host
"$BIN" catalog price_decks deepseek-r1-host --format csv | cut -d, -f1-4 | tail -1
"$BIN" catalog workload_classes chat --format json | grep -c '"source": "Azure'
