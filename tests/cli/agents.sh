# The class of agents of 2026: cache hits as published, far more prompt tokens to an answer token than a chat.
F=scenarios/virginia-100mw-vr200-dsv4.json
tok() { "$BIN" run $F --set horizon.years=0.01 --set 'site.ceiling.calendar=[]' --set "workloads.$1.class=$2" --format csv --quiet | grep -E '^(input_tok_sold|cached_tok_sold|output_tok_sold),' | cut -d, -f2 | tr '\n' ' '; }
name=$(python3 -c 'import json; print(json.load(open("scenarios/virginia-100mw-vr200-dsv4.json"))["workloads"][0]["name"])')
echo "$(tok "$name" agent-2026) $(tok "$name" chat)" | python3 -c '
out, inp, hit, out2, inp2, hit2 = [float(x) for x in input().split()]
print("hits of the prompts as published:", abs(hit / (inp + hit) - 0.95859) < 0.002)
print("prompt tokens an answer token, over a chat: more than 20 times:", (inp + hit) / out > 20 * (inp2 + hit2) / out2 )'
