# replay -o: every request is a row, figures are drawn, conditions decide the exit code.
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
serve() { "$BIN" replay --class chat --rate 5 --duration 100 -a h100 -m llama-3.1-8b --precision bf16 --quiet "$@"; }
serve -o "$dir/out" --requests --assert 'ttft_p99_s<10' --format csv >"$dir/figures.csv" || exit 1
ls "$dir/out"
python3 - "$dir/out" <<'EOF'
import csv, json, sys
rows = list(csv.DictReader(open(sys.argv[1] + "/requests.csv")))
m = {k: v["value"] for k, v in json.load(open(sys.argv[1] + "/replay.json"))["metrics"].items()}
print(len(rows) == m["requests_arrived"], sum(int(r["output_tokens"]) for r in rows) == m["output_tok_served"])
ttft = sorted(float(r["ttft_s"]) for r in rows)
print(abs(sum(ttft) / len(ttft) / m["ttft_mean_s"] - 1) < 1e-6, abs(ttft[-1] / m["ttft_max_s"] - 1) < 1e-8)
print(all(abs(float(r["e2e_s"]) - float(r["ttft_s"]) - float(r["tpot_s"] or 0) * (int(r["output_tokens"]) - 1)) < 1e-6
          for r in rows))
EOF
serve --assert 'ttft_p99_s<0.000001' >"$dir/screen" 2>"$dir/err"
echo "exit $?"
sed 's/ = .* s,/ = X s,/' "$dir/err"
serve --requests --assert 'ttft_p98_s<1'
echo "exit $?"
