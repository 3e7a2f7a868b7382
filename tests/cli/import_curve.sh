# import curve: one set of points in the layout of each benchmark becomes the same operating points, which a run and calibrate take
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
BIN=$BIN TMP=$tmp python3 - <<'PY'
import csv, gzip, io, json, os, subprocess
BIN, TMP = os.environ["BIN"], os.environ["TMP"]
GPUS, ISL, OSL = 8, 1000.0, 500.0
# requests under way, tok/s of all, s to the first, s between: Little's law holds within a few percent
points = [(users, users * OSL / (ttft + (OSL - 1) * tpot) * 0.97, ttft, tpot)
          for users, ttft, tpot in ((4, 0.12, 0.010), (16, 0.2, 0.0125), (64, 0.5, 0.020), (256, 1.4, 0.041))]

def vllm(p, i):
    users, out, ttft, tpot = p
    n = 10 * users
    return {"date": f"2026061{i}-200909", "backend": "vllm", "model_id": "/models/openai--gpt-oss-120b", "num_prompts": n, "request_rate": "inf",
            "max_concurrency": users, "duration": n * OSL / out, "completed": n, "total_input_tokens": n * ISL, "total_output_tokens": n * OSL,
            "output_throughput": out, "mean_ttft_ms": ttft * 1e3, "p99_ttft_ms": ttft * 3e3, "mean_tpot_ms": tpot * 1e3, "p99_tpot_ms": tpot * 2e3}
def sglang(p, i):
    v = {k: w for k, w in vllm(p, i).items() if k not in ("model_id", "num_prompts", "date")}
    return {**v, "backend": "sglang", "request_rate": float("inf"), "mean_e2e_latency_ms": 1, "concurrency": p[0] * 0.97, "accept_length": float("nan"),
            "server_info": {"model_path": "openai/gpt-oss-120b", "tp_size": 8}}
def aiperf(p, i, unit="ms"):
    users, out, ttft, tpot = p
    scale = {"ms": 1e3, "us": 1e6, "s": 1, "min": 1}[unit]
    lat = lambda x, high: {"unit": unit, "avg": x * scale, "p99": high * x * scale}
    return {"request_count": {"unit": "requests", "avg": 10.0 * users}, "time_to_first_token": lat(ttft, 3), "inter_token_latency": lat(tpot, 2),
            "output_token_throughput": {"unit": "tokens/sec", "avg": out}, "output_sequence_length": {"avg": OSL}, "input_sequence_length": {"avg": ISL},
            "input_config": {"models": {"items": [{"name": "gpt-oss-120b"}]}, "phases": [
                {"name": "warmup", "exclude_from_results": True, "concurrency": 1}, {"name": "profiling", "concurrency": users}]},
            "start_time": "2026-07-03T05:21:36.274997"}
def guidellm(ps):
    def bench(p):
        users, out, ttft, tpot = p
        dist = lambda x, high=1: {"successful": {"mean": x, "percentiles": {"p99": x * high}}}
        return {"config": {"strategy": {"type_": "concurrent", "streams": users}, "backend": {"model": "openai/gpt-oss-120b"}}, "scheduler_metrics": {"start_time": 1772470696.7},
                "metrics": {"request_totals": {"successful": 10 * users, "errored": 0}, "request_concurrency": dist(users * .97), "output_tokens_per_second": dist(out),
                            "time_to_first_token_ms": dist(ttft * 1e3, 3), "inter_token_latency_ms": dist(tpot * 1e3, 2), "prompt_token_count": dist(ISL), "output_token_count": dist(OSL)}}
    return {"metadata": {"version": 1}, "benchmarks": [bench(p) for p in ps]}
def inferencex(p, i, nested=False):
    users, out, ttft, tpot = p
    head = {"conc": users, "model": "openai/gpt-oss-120b", "framework": "vllm", "precision": "fp4", "spec_decoding": "none", "isl": 1000, "osl": 500, "tp": 8, "ep": 1, "date": "2026-06-11"}
    m = {"output_tput_per_gpu": out / GPUS, "mean_ttft": ttft, "mean_tpot": tpot, "p99_ttft": 3 * ttft, "p99_tpot": 2 * tpot, "avg_power_w": 400}
    return {**head, "hardware": "h200", "metrics": m} if nested else {**head, **m, "hw": "h200-nv"}

def put(name, content):
    path = f"{TMP}/{name}"
    (gzip.open if name.endswith(".gz") else open)(path, "wt").write(content)
    return path
def call(paths, *more, kind="curve"):
    return subprocess.run([BIN, "import", kind, *paths, *more], capture_output=True, text=True)
say = ["--accelerator", "h200", "--precision", "fp4", "--engine", "vllm", "--gpu-power-w", "400"]
layouts = {
    "vllm": ([put(f"v{i}.json", json.dumps(vllm(p, i))) for i, p in enumerate(points)], say + ["--gpus", "8"]),
    "sglang": ([put("s.jsonl", "".join(json.dumps(sglang(p, i)) + "\n" for i, p in enumerate(points)))], say),
    "aiperf": ([put(f"a{i}.json.gz", json.dumps(aiperf(p, i, "us" if i == 2 else "ms"))) for i, p in enumerate(points)], say + ["--gpus", "8"]),
    "guidellm": ([put("g.json", "\ufeff" + json.dumps(guidellm(points), indent=1))], say + ["--gpus", "8"]),
    "inferencex": ([put("x.json", json.dumps([inferencex(p, i) for i, p in enumerate(points)]))], []),
    "inferencex-api": ([put("y.json", json.dumps([inferencex(p, i, True) for i, p in enumerate(points)]))], []),
}
for name, (paths, more) in layouts.items():
    out = call(paths, *more)
    assert out.returncode == 0, (name, out.stderr)
    rows = list(csv.DictReader(l for l in out.stdout.splitlines() if l[0] != "#"))
    assert len(rows) == 4, (name, rows)
    for r, (users, rate, ttft, tpot) in zip(rows, points):
        want = dict(concurrency=users, n_gpu=GPUS, output_tokens_per_s_per_gpu=rate / GPUS, tpot_s=tpot, ttft_s=ttft, tpot_p99_s=2 * tpot, ttft_p99_s=3 * ttft,
                    isl_tokens=ISL, osl_tokens=OSL, gpu_power_w=400)
        for k, w in want.items(): assert abs(float(r[k]) / w - 1) < 1e-8, (name, k, r[k], w)
        assert (r["accelerator"], r["model"], r["precision"], r["framework"]) == ("h200", "gpt-oss-120b", "fp4", "vllm"), (name, r)
    ours = put(name + ".csv", out.stdout)
    run = subprocess.run([BIN, "run", "scenarios/virginia-100mw-gb300.json", "--set", "workloads.chat.serving.curve_file=" + ours, "--set", "horizon.years=0.02",
                          "--format", "json", "-q"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    p = json.loads(run.stdout)["pools"][0]
    fit = json.loads(subprocess.run([BIN, "accuracy", "--data", ours, "--format", "json"], capture_output=True, text=True).stdout)
    print(name, "| run: measured", p["gpus_per_replica"], "accelerators a replica, most within the curve:",
          0 < p["capacity_out_tok_per_s_per_gpu"] <= points[-1][1] / GPUS * (1 + 1e-9), "| accuracy:", fit["rows"], "rows,", fit["compared"], "compared")
    if name == "vllm": print("".join("   " + l + "\n" for l in out.stderr.replace(TMP + "/", "").splitlines()), end="")

# workers apart: the output rate is of the decoding accelerators, ours of all
apart = {**inferencex(points[2], 0), "disagg": True, "num_prefill_gpu": 4, "num_decode_gpu": 4, "decode_tp": 4, "output_tput_per_gpu": points[2][1] / 4}
row = list(csv.DictReader(l for l in call([put("d.json", json.dumps(apart))]).stdout.splitlines() if l[0] != "#"))[0]
print("workers apart:", abs(float(row["output_tokens_per_s_per_gpu"]) * 8 / points[2][1] - 1) < 1e-8, row["disagg"], row["n_prefill_gpu"], row["n_decode_gpu"], row["n_gpu"])

def tell(title, content, *more, name="r.json"):
    out = call([put(name, content if isinstance(content, str) else json.dumps(content, indent=1))], *more)
    print(f"-- {title}: exit {out.returncode}")
    print(out.stderr.replace(TMP + "/", "").rstrip())
v = vllm(points[1], 1)
eight = ["--gpus", "8"]
tell("accelerators not said", v)
tell("seconds where milliseconds are meant", {**v, "mean_tpot_ms": v["mean_tpot_ms"] / 1e3, "mean_ttft_ms": 0.2}, *eight)
tell("rate of one accelerator", {**v, "output_throughput": v["output_throughput"] / 100}, *eight)
tell("rate a thousand times", {**v, "output_throughput": v["output_throughput"] * 1e3, "duration": v["duration"] / 1e3}, *eight)
tell("unit", aiperf(points[0], 0, "min"), *eight)
tell("nothing completed", {**v, "completed": 0}, *eight)
tell("some failed, few requests, a rate", [{**v, "failed": 3}, {**v, "mean_ttft_ms": 1, "mean_tpot_ms": 5}, {**v, "request_rate": 2.5}], *eight)
tell("without times", {k: w for k, w in v.items() if k != "mean_tpot_ms"} , *eight)
tell("the same point twice", [v, v], *eight)
tell("another document", {"a": [1]})
tell("no JSON", '{"a": 1}\n{"a": 2', name="r.jsonl")
tell("a model that is unknown", {**v, "model_id": "acme/rocket-9"}, *eight, *say)
PY
