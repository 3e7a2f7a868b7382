"$BIN" frontier -a h1000,h200,h200,,b200 -m llama-3.1-8b --climate fenix --slo ttft=2,tok_per_s_per_user=0
