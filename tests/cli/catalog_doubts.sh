# an own model whose total is off by ten, an accelerator by base with a TDP its nameplate cannot carry, one
# far below it: each is told once with its place; entries that fit are not
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit
cat >mine.json <<'X'
{"llms": {"tenth": {"base": "deepseek-v3", "total_params": 67.1e9, "active_params": 3.7e9},
          "fits": {"base": "llama-3.1-8b", "total_params": 7.5e9}},
 "accelerators": {"hot": {"base": "gb300-nvl72", "tdp_w": 2300},
                  "cool": {"base": "h100", "tdp_w": 350},
                  "both": {"base": "h100", "tdp_w": 350, "rack_nameplate_kw": 5.6}}}
X
"$BIN" catalog llms fits --catalog mine.json --format csv 2>&1 >/dev/null
echo "exit $?"
