# A replay's mistakes: unknown names, options that need another, a file that is no trace.
"$BIN" replay -c chat --rate 1 -a h1000 -m llama-3.1-8b -n 0
"$BIN" replay -c chat --rate 1 -a h100 -m llama-3.1-8b --dp 2
echo "$?"
"$BIN" replay tests/cli/replay_mistakes.sh -a h100 -m llama-3.1-8b
