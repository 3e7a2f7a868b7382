# a replay, a training run and a frontier are documents as a site is: run, --set, sweep, explain, schema; a result repeats itself
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat >"$dir/replay.json" <<'J'
{"schema_version": 1, "case": "replay", "accelerator": "h100", "llm": "llama-3.1-8b", "engine": "vllm", "precision": "bf16",
 "replicas": 3, "parallelism": {"tp": 1}, "slo": {"ttft_s": "500 ms"}, "trace": {"file": "trace.csv"}}
J
awk 'BEGIN { print "timestamp_s,input_tokens,output_tokens"
    for (i = 0; i < 300; i++) printf "%.3f,%d,%d\n", i * 0.05, 100 + i * 7 % 900, 5 + i % 60 }' >"$dir/trace.csv"
echo '{"schema_version": 1, "case": "train", "accelerator": "h100", "llm": "llama-3.1-8b", "gpus": 64, "site": {"cooling": {"type": "dry-cooler", "approach_k": 8}}}' >"$dir/train.json"
echo '{"schema_version": 1, "case": "frontier", "accelerator": ["h200", "b200"], "llm": "llama-3.1-8b", "slo": {"tok_per_s_per_user": 40}}' >"$dir/frontier.json"
for case in replay train frontier; do
    "$BIN" check "$dir/$case.json" | grep -c ok
    "$BIN" run "$dir/$case.json" -o "$dir/$case.1" >"$dir/$case.screen" || exit 1
    "$BIN" run "$dir/$case.1/$case.json" -o "$dir/$case.2" | cmp - "$dir/$case.screen"
    "$BIN" "$case" "$dir/$case.1/$case.json" -o "$dir/$case.3" | cmp - "$dir/$case.screen"
    cmp "$dir/$case.1/$case.json" "$dir/$case.2/$case.json" && cmp "$dir/$case.1/$case.json" "$dir/$case.3/$case.json" &&
        echo "$case repeats itself"
    "$BIN" run "$dir/$case.json" --format json --set accelerator=h100 | python3 -c '
import json, sys
r = json.load(sys.stdin)
print(r["case"], sorted({i["origin"].split("@")[0] for i in r["inputs"]}), len(r["stamp"]["scenario_hash"]), len(r["metrics"]) > 15)'
done
# what the options of a verb say is what the keys say
(cd "$dir" && "$BIN" replay trace.csv -a h100 -m llama-3.1-8b -e vllm --precision bf16 -n 3 --tp 1 --ttft-slo 0.5 -o opts >/dev/null &&
    "$BIN" replay opts/replay.json -o again >/dev/null && cmp opts/replay.json again/replay.json && echo "options repeat themselves")
python3 - "$dir/replay.1/replay.json" "$dir/opts/replay.json" <<'P'
import json, sys
a, b = (json.load(open(p)) for p in sys.argv[1:])
print(a["metrics"] == b["metrics"])
P
"$BIN" run "$dir/opts/replay.json" --set trace.file=nothing.csv 2>&1 | sed "s|$dir/||g"
# a study over the router of one, over the accelerators of the other
printf '{"schema_version": 1, "name": "r", "base": "replay.json", "axes": [{"path": "router", "sweep": ["round-robin", "two-choices"]}]}' >"$dir/r.json"
printf '{"schema_version": 1, "name": "g", "base": "train.json", "metrics": ["step_s", "days"], "axes": [{"path": "gpus", "sweep": [32, 64]}]}' >"$dir/g.json"
"$BIN" check "$dir/r.json" "$dir/g.json" | sed "s|$dir/||"
"$BIN" sweep "$dir/r.json" -o "$dir/r.sqlite" --quiet | sed "s|$dir/||"
"$BIN" sweep "$dir/g.json" -o "$dir/g.sqlite" --quiet | sed "s|$dir/||"
"$BIN" export "$dir/r.sqlite" | python3 -c '
import csv, sys
rows = list(csv.DictReader(sys.stdin))
print([r["router"] for r in rows], len({r["ttft_p99_s"] for r in rows}), {r["requests_served"] for r in rows})'
"$BIN" export "$dir/g.sqlite" --best 'min days' --where 'step_s<100' | head -1
sed 's/"gpus": 64/"gpus": {"sweep": [64, 128]}/' "$dir/train.json" >"$dir/inline.json"
"$BIN" sweep "$dir/inline.json" -o "$dir/i.sqlite" --quiet | sed "s|$dir/||"
printf '{"schema_version": 1, "name": "s", "base": "replay.json", "metrics": ["npv_usd"], "axes": [{"path": "routre", "sweep": ["round-robin"]}]}' >"$dir/s.json"
"$BIN" check "$dir/s.json" 2>&1 | sed "s|$dir/||"
# the shipped job by both doors: step, MFU and checkpoints alike; goodput, where racks beside the gang hold a spare, within what
# a year's sampled stops spread
"$BIN" run scenarios/virginia-100mw-gb300-pretrain.json --set fleet.main.spare_frac=0.02 --no-range --quiet --format json >"$dir/site.out"
"$BIN" run scenarios/cases/train-gb300-llama405b.json --format json >"$dir/train.out"
python3 - "$dir/site.out" "$dir/train.out" <<'P'
import json, math, sys
site, alone = (json.load(open(p)) for p in sys.argv[1:])
job = next(c for c in site["classes"] if c["name"] == "pretrain")
m = {k: v["value"] for k, v in alone["metrics"].items()}
print(abs(m["step_s"] * job["swing_hz"] - 1) < 1e-9, abs(m["mfu_frac"] / job["mfu_frac"] - 1) < 1e-9,
      abs(m["checkpoint_min"] * 60 / job["checkpoint_s"] - 1) < 1e-9)
stops, hour = 8766 / m["mttf_h"], 60 * m["checkpoint_min"] / 2
spread = 3 * math.hypot(math.sqrt(stops) * (300 + hour), math.sqrt(0.0194 * 16384) * (3600 + hour)) / (8766 * 3600)
print(abs(m["useful_frac"] - job["goodput_frac"]) < spread)
P
# two of a case, or their results, side by side
"$BIN" compare "$dir/train.json" "$dir/train.1/train.json" | sed -n '4,6p'
sed 's/"gpus": 64/"gpus": 128/' "$dir/train.json" >"$dir/twice.json"
"$BIN" compare "$dir/train.json" "$dir/twice.json" | sed -n '4,6p'
"$BIN" compare "$dir/train.json" "$dir/twice.json" --format json | python3 -c '
import json, sys
rows = {r["figure"]: r for r in json.load(sys.stdin)}
print(rows["data"]["A"], rows["data"]["B"], 0.5 < rows["days"]["B / A"] < 0.52)'
"$BIN" compare "$dir/train.json" "$dir/replay.json" 2>&1 | sed "s|$dir/||g"
# words, schema, wrong doors
"$BIN" explain kv.watermark_frac
"$BIN" explain useful_frac | head -3
"$BIN" report "$dir/train.json" 2>&1 | grep -o "<p class=\"site\">[^<]*\|<td><code>mfu_frac</code>"
"$BIN" train "$dir/replay.json" 2>&1 | sed "s|$dir/||g"
"$BIN" run "$dir/train.json" --show bill 2>&1 | sed "s|$dir/||"
"$BIN" run "$dir/train.json" --assert 'mfu_frac>0.9' >/dev/null 2>"$dir/err"
echo "$? $(sed 's/= [0-9.]* /= X /' "$dir/err" | head -1)"
python3 - <<'P'
import glob, json
import jsonschema
for path in sorted(glob.glob("scenarios/cases/*.json")):
    document = json.load(open(path))
    schema = json.load(open("docs/%s.schema.json" % document.get("case", "study")))
    jsonschema.Draft202012Validator.check_schema(schema)
    for error in jsonschema.Draft202012Validator(schema).iter_errors(document):
        print(path, error.json_path, error.message)
P
