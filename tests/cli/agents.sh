# The class of agents of 2026: cache hits as published, far more prompt tokens to an answer token than a chat.
F=scenarios/virginia-100mw-vr200-dsv4.json
tok() { "$BIN" run $F --set horizon.years=0.01 --set 'site.ceiling.calendar=[]' --set "workloads.$1.class=$2" --format csv --quiet | grep -E '^(input_tok_sold|cached_tok_sold|output_tok_sold),' | cut -d, -f2 | tr '\n' ' '; }
name=$(python3 -c 'import json; print(json.load(open("scenarios/virginia-100mw-vr200-dsv4.json"))["workloads"][0]["name"])')
echo "$(tok "$name" agent-2026) $(tok "$name" chat)" | python3 -c '
out, inp, hit, out2, inp2, hit2 = [float(x) for x in input().split()]
print("hits of the prompts as published:", abs(hit / (inp + hit) - 0.95859) < 0.002)
print("prompt tokens an answer token, over a chat: more than 20 times:", (inp + hit) / out > 20 * (inp2 + hit2) / out2 )'
# Agents alone find what was measured on H200 (0.943); sub-agents that start at once find less, and hold up first tokens.
A=scenarios/cases/replay-h200-agents.json
act() { "$BIN" run $A --set load.duration_s=1200 "$@" --format csv --quiet | grep -E '^(ttft_p90_s|input_tok_served|cached_tok_served|sub_agents|sub_calls|requests_served|requests_in_flight|output_tok_per_s),' | sort | cut -d, -f2 | tr '\n' ' '; }
echo "$(act) $(act --set load.fan_out=0)" | python3 -c '
v = [float(x) for x in input().split()]
(hit, inp, out, flight, served, subs, calls, ttft), (hit0, inp0, out0, flight0, served0, subs0, calls0, ttft0) = v[:8], v[8:]
print("hits of agents alone near what was measured:", abs(hit0 / inp0 - 0.943) < 0.02)
print("with sub-agents fewer, not by a tenth:", 0.9 * hit0 / inp0 < hit / inp < hit0 / inp0)
print("sub-agents ask, and are answered:", subs > 0 and 2 < calls / subs < 6 and flight == 0 and subs0 == 0 and served > calls)
print("bursts hold up first tokens, and make more tokens:", ttft > 1.3 * ttft0 and out > out0)'
"$BIN" run $A --set load.users=0 --set load.requests_per_s=1 2>&1 | grep -c 'sub-agents are of users'
