"$BIN" run scenarios/virginia-100mw-gb300.json --assert 'pue_mean<1' >/dev/null
