# two grid events: the draw stays below the window, and who gives way is what policy and worth say
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
for s in phoenix-256gpu-event dallas-100mw-uri-week; do
    "$BIN" run "scenarios/events/$s.json" --format json >"$tmp/with" 2>/dev/null
    "$BIN" run "scenarios/events/$s.json" --set 'site.ceiling.calendar=[]' --format json >"$tmp/without" 2>/dev/null
    python3 - "$tmp/with" "$tmp/without" <<'EOF'
import json, sys
a, b = (json.load(open(f)) for f in sys.argv[1:])
m, n = ({k: v["value"] for k, v in r["metrics"].items()} for r in (a, b))
assert m["ceiling_violation_mwh"] == 0
call_h, run_h = m["curtailment_hours"], m["site_energy_mwh"] / m["site_power_mean_mw"]
gpu = [sum(e["mwh"] for e in r["energy"] if e["use"] in ("prefill", "decode", "idle")) for r in (a, b)]
lost = {c["name"]: c["output_tok_curtailed"] / c["output_tok_offered"] for c in a["classes"]}
fall = (gpu[1] - gpu[0]) / gpu[1] * run_h / call_h
print(a["name"], "%.1f h under a call" % call_h)
if "rigid" in lost:  # the public log has -29 to -32 %
    print("accelerators draw about a third less:", 0.15 < fall < 0.45)
    print("who is flexible gives more:", -1e-9 <= lost["rigid"] <= lost["flexible"] < lost["elastic"])
else:
    print("power is most of the cost of the week:", m["power_share_a_frac"] > 0.9)
    # batch work that waits asks again and again, so more is not drawn than the year misses: for the call, and
    # for racks that it switched off and that are not back yet
    print("the call takes energy:", 0 < m["curtailed_mwh"] <= (m["shed_mwh"] + m["starting_mwh"]) * (1 + 1e-9))
    print("a call is worth less than the energy it saves:", m["curtailment_breakeven_usd_per_mwh"] < 2000)
EOF
done
