# --slo means the same as the two options, and refuses what it does not know
a=$("$BIN" frontier -a h200 -m llama-3.1-8b --slo ttft_s=1,tok_per_s_per_user=40 --format csv | grep 'true$')
b=$("$BIN" frontier -a h200 -m llama-3.1-8b --ttft-slo 1 --speed-slo 40 --format csv | grep 'true$')
[ -n "$a" ] && [ "$a" = "$b" ] && echo same
"$BIN" frontier -a h200 -m llama-3.1-8b --slo ttft=1,tok_per_s_per_user=-4
