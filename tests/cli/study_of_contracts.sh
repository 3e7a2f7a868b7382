# What is settled by the rows of a year costs the same in a study as in a run.
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 - "$BIN" "$dir" <<'P'
import json, subprocess, sys
binary, folder = sys.argv[1], sys.argv[2]
site = json.load(open("tests/studies/small.json"))
site["site"]["ppas"] = [{"name": "p", "contract_mw": 5, "usd_per_mwh": 40}]
site["site"]["certificates"] = {"matching": "hourly", "usd_per_mwh": 4}
path = folder + "/site.json"
json.dump(site, open(path, "w"))
json.dump({"schema_version": 1, "name": "p", "base": path, "design": "grid",
           "axes": [{"name": "x", "path": "site.ppas.p.usd_per_mwh", "sweep": [30, 60]}]}, open(folder + "/s.json", "w"))
subprocess.run([binary, "sweep", folder + "/s.json", "-o", folder + "/s.sqlite", "--quiet"], check=True, stdout=subprocess.DEVNULL)
rows = [json.loads(line) for line in subprocess.run([binary, "export", folder + "/s.sqlite", "--format", "jsonl"], check=True, capture_output=True, text=True).stdout.splitlines()]
for price, row in zip((30, 60), rows):
    text = subprocess.run([binary, "run", path, "--no-range", "--format", "json", "--quiet", "--set", f"site.ppas.p.usd_per_mwh={price}"], check=True, capture_output=True, text=True).stdout
    metrics = json.loads(text)["metrics"]
    values = row["metrics"] if "metrics" in row else row["values"]
    for key in ("ppa_net_usd", "ppa_mwh", "certificate_cost_usd", "npv_usd"):
        alone, there = metrics.get(key, {}).get("value"), values.get(key)
        there = there["value"] if isinstance(there, dict) else there
        assert alone is not None and abs(alone - there) <= 1e-9 * abs(alone), (price, key, alone, there)
print("a study settles contracts as a run does")
P
