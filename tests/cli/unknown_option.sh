"$BIN" run scenarios/virginia-100mw-gb300.json --formt json
