"$BIN" train -a a100-40 -m llama-3.1-405b --gpus 8
