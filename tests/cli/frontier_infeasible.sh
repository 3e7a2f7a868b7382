"$BIN" frontier -a h100 -m llama-3.1-405b --precision bf16 --max-gpus 4 --format csv
