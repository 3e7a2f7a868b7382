# files of others: what the readers of a run take as it is, and the command that their refusal names
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
BIN=$BIN TMP=$tmp python3 - <<'PY'
import gzip, json, os, subprocess
BIN, TMP = os.environ["BIN"], os.environ["TMP"]
DEMO = "scenarios/virginia-100mw-gb300.json"
def put(name, text):
    path = f"{TMP}/{name}"
    (gzip.open if name.endswith(".gz") else open)(path, "wt").write(text)
    return path
def run(*args):
    out = subprocess.run([BIN, *args], capture_output=True, text=True)
    return out.returncode, out.stdout, out.stderr.replace(TMP + "/", "")
def same(key, files, *more):
    said = {run("run", DEMO, "--set", f"{key}={f}", "--set", "horizon.years=0.05", "--format", "csv", "-q", *more)[:2] for f in files}
    assert len(said) == 1 and min(said)[0] == 0, [(x[0], x[1][:80]) for x in said]
    print(f"{key}: {len(files)} spellings, one result")

weather = "hour_of_year,dry_bulb_c,relative_humidity\n" + "".join(f"{h},{10 + h * 7919 % 201 / 10},{40 + h % 50}.5\n" for h in range(8760))
german = "\ufeff" + weather.replace(",", ";").replace(".", ",")
same("site.weather.file", [put("w.csv", weather), put("w.csv.gz", weather), put("w-de.csv", german), put("w-de.csv.gz", german), put("w.tsv", weather.replace(",", "\t")),
                           put("w-caps.csv", weather.replace("dry_bulb_c", "Dry_Bulb_C").replace("hour_of_year", "Hour_of_Year"))], "--set", "site.weather.utc_offset_h=-5")
price = "time,price_usd_per_mwh\n" + "".join(f"2027-{m:02}-{d:02}T{h:02}:00,{20 + (m * d * h) % 90}.25\n" for m in range(1, 13) for d in range(1, [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][m - 1] + 1) for h in range(24))
same("site.market.file", [put("p.csv", price), put("p.csv.gz", price), put("p-de.csv", price.replace(",", ";").replace(".", ","))])
curve = "concurrency,n_gpu,output_tokens_per_s_per_gpu,tpot_s,ttft_s,gpu_power_w\n4,8,50,0.010,0.2,400\n64,8,400,0.020,0.5,900\n"
same("workloads.chat.serving.curve_file", [put("c.csv", curve), put("c.csv.gz", curve), put("c-de.csv", curve.replace(",", ";").replace(".", ","))])
scenario = json.dumps({"schema_version": 1, "name": "x", "extends": f"{os.getcwd()}/{DEMO}"})
assert run("run", put("s.json.gz", scenario), "--set", "horizon.years=0.02", "-q", "--format", "csv")[1] == run("run", put("s.json", scenario), "--set", "horizon.years=0.02", "-q", "--format", "csv")[1]
trace = "timestamp,prompt_tokens,completion_tokens\n" + "".join(f"{i},{900 + i},{100 + i}\n" for i in range(50))
ours = trace.replace("timestamp,prompt_tokens,completion_tokens", "timestamp_s,input_tokens,output_tokens")
same("workloads.chat.demand.trace", [put("t.csv", trace), put("o.csv", ours)])

documents = {"config.json": {"model_type": "llama", "num_hidden_layers": 80}, "rate.json": {"items": [{"energyratestructure": [[{"rate": 0.1}]]}]}, "bulk.json": {"rateName": "x", "energyRateStrux": []},
             "prices.json": {"data": [{"id": "a/b", "pricing": {"prompt": "0.1"}}]}, "litellm.json": {"sample_spec": {}}, "vllm.json": {"output_throughput": 5, "mean_ttft_ms": 5},
             "aiperf.json": {"output_token_throughput": {"avg": 1}}, "guidellm.json": {"metadata": {}, "benchmarks": []}}
for name, doc in documents.items():
    path = put(name, json.dumps(doc))
    a, b = run("run", path), run("check", DEMO, "--catalog", path)
    assert a[0] == b[0] == 3 and a[2] == b[2], (name, a, b)
    print(a[2].splitlines()[0])
tables = {"site.weather.file": "Year,Month,Day,Hour,Minute,Temperature\n2023,1,1,0,30,5\n", "site.market.file": "Delivery Date,Hour Ending,Settlement Point Price\n01/01/2023,01:00,5\n",
          "workloads.chat.serving.curve_file": '{"output_throughput": 5}'}
for key, text in tables.items():
    code, _, err = run("check", DEMO, "--set", f"{key}={put('table.csv', text)}")
    print(f"{key}: exit {code}: {err.splitlines()[0]} / {err.splitlines()[-1]}")
open(f"{TMP}/cut.csv.gz", "wb").write(gzip.compress(weather.encode())[:-30])
code, _, err = run("check", DEMO, "--set", f"site.weather.file={TMP}/cut.csv.gz")
print(f"cut: exit {code}:", err.splitlines()[0])
PY
