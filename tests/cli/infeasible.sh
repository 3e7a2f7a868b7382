"$BIN" run scenarios/virginia-100mw-gb300.json --set workloads.chat.slo.tok_per_s_per_user=5000
