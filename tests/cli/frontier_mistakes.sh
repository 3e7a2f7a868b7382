"$BIN" frontier -a h1000 -m llama-3.1-8b --climate fenix
