#!/bin/sh
# KV tiers by request: hits as an LRU list of all of them counts them, loads only where they are faster, none changes nothing.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 - "$tmp" <<'PY'
# sessions whose prompts grow by a block of 512 tokens a turn, many at a time
import json, random, sys
random.seed(5)
open_, rows, next_id = {}, [], 0
for i in range(600):
    s = random.randrange(30)
    if s not in open_ or len(open_[s]) > 12:
        next_id += 1
        open_[s] = [next_id * 1000]
    open_[s] = open_[s] + [next_id * 1000 + len(open_[s]) + 500 * s]
    rows.append({"timestamp": 400 * i, "input_length": 512 * len(open_[s]) + 7, "output_length": 20,
                 "hash_ids": open_[s] + [10**7 + i]})
open(f"{sys.argv[1]}/t.jsonl", "w").write("\n".join(map(json.dumps, rows)) + "\n")
def hits(blocks):
    lru, sum_ = [], 0
    for r in rows:
        n = 0
        while n < len(r["hash_ids"]) and r["hash_ids"][n] in lru:
            n += 1
        sum_ += min(n * 512, r["input_length"] - 1)
        for b in reversed(r["hash_ids"]):
            if b in lru:
                lru.remove(b)
            elif len(lru) == blocks:
                lru.pop()
            lru.insert(0, b)
    return sum_
# llama-3.1-8b in FP8 with a 16-bit cache: 131,072 bytes a token; 0.1 GB on one accelerator: 762 tokens each
json.dump({"c": hits(20), "h": hits(20 + 100), "s": hits(20 + 100 + 60)}, open(f"{sys.argv[1]}/want", "w"))
PY
one="-a h100 -m llama-3.1-8b -e vllm --tp 1 -n 1 --kv-bytes 2 --prefix-cache 10240 --format json"
replay() { # NAME OPTIONS...
    name=$1
    shift
    "$BIN" replay "$tmp/t.jsonl" $one "$@" 2>/dev/null >"$tmp/$name.json"
}
gb() { # GB of so many blocks of 512 tokens
    python3 -c "print(repr(512 * $1 * 131072 / 1e9 * (1 + 1e-12)))"
}
fast="--set kv.tiers.host.gb_per_s=100000 --set kv.tiers.ssd.gb_per_s=100000"
replay none
replay zero --host-cache 0 --ssd-cache 0 --set kv.tiers.host.gb_per_s=1
replay host --host-cache "$(gb 100)" $fast
replay both --host-cache "$(gb 100)" --ssd-cache "$(gb 60)" $fast
replay usual --host-cache "$(gb 100)" --ssd-cache "$(gb 60)"
replay slow --host-cache "$(gb 100)" --ssd-cache "$(gb 60)" --set kv.tiers.host.gb_per_s=0.05 --set kv.tiers.ssd.gb_per_s=0.05
replay slowssd --host-cache "$(gb 100)" --ssd-cache "$(gb 60)" --set kv.tiers.ssd.gb_per_s=0.05
python3 - "$tmp" <<'PY'
import json, sys
load = lambda n: json.load(open(f"{sys.argv[1]}/{n}.json"))
value = lambda n, k: load(n)["metrics"][k]["value"]
want = json.load(open(f"{sys.argv[1]}/want"))
assert load("none")["metrics"] == load("zero")["metrics"]
print("no tier: same figures")
assert value("none", "cached_tok_served") == want["c"], (value("none", "cached_tok_served"), want)
assert value("host", "cached_tok_served") == want["h"] and value("host", "host_tok_loaded") == want["h"] - want["c"]
assert value("both", "cached_tok_served") == want["s"] and value("both", "ssd_tok_loaded") == want["s"] - want["h"]
print("hits by tier: as a list by recency counts them;", "rising" if want["c"] < want["h"] < want["s"] else "flat")
same = [k for k in load("none")["metrics"] if load("none")["metrics"][k] != load("slow")["metrics"][k]]
assert same == [], same
assert load("slowssd")["metrics"] == {**load("slowssd")["metrics"]} and value("slowssd", "ssd_tok_loaded") == 0 < value("slowssd", "host_tok_loaded")
print("slower than reading again: never loaded, same figures as without")
tok = lambda n: value(n, "host_tok_loaded"), lambda n: value(n, "ssd_tok_loaded")
byte = 131072
h, s = value("usual", "host_tok_loaded") * byte, value("usual", "ssd_tok_loaded") * byte
assert abs(value("usual", "kv_load_s") / (h / 55e9 + s / 7e9) - 1) < 1e-9
assert abs(value("usual", "kv_load_energy_j") / (h * 0.3e-9 + s * 3.6e-9) - 1) < 1e-9
print("time and energy of loads: bytes over bandwidth, bytes times energy")
assert value("usual", "ttft_mean_s") < value("none", "ttft_mean_s") and value("usual", "balance_token_rel") == 0
assert value("usual", "it_energy_j") < value("none", "it_energy_j")
print("first tokens earlier, less energy, tokens balance")
PY
"$BIN" replay "$tmp/t.jsonl" ${one% --format json} --host-cache "$(gb 100)" --ssd-cache "$(gb 60)" 2>/dev/null |
    awk -v want="$(python3 -c "import json; m = json.load(open('$tmp/usual.json'))['metrics']; print('%d %d' % (m['host_tok_loaded']['value'], m['ssd_tok_loaded']['value']))")" \
        '/^KV tiers/ {print "the table says so:", $3 " " $9 == want ? "yes" : $0}'
"$BIN" replay "$tmp/t.jsonl" ${one% --format json} 2>/dev/null | grep -q '^KV tiers' || echo "no tier: it says nothing"

# By table: hits of a list by recency, no fewer of a larger tier, nothing of one that is slower than reading; zero is as without.
S=scenarios/virginia-100mw-gb300-flood.json
run() { # NAME SETS...
    name=$1
    shift
    "$BIN" run "$S" --no-range --set horizon.years=0.01 --set workloads.chat.class=long-chat --format json "$@" 2>/dev/null >"$tmp/$name.json"
}
reuse="--set workloads.chat.serving.reuse_frac=0.6 --set workloads.chat.serving.reuse_s=300"
host="--set fleet.main.kv_tiers.host.gb_per_gpu"
run plain
run zero $reuse $host=0
run h5 $reuse $host=5
run h20 $reuse $host=20
run h80 $reuse $host=80
run ssd $reuse $host=20 --set fleet.main.kv_tiers.ssd.gb_per_gpu=2000 --set fleet.main.kv_tiers.ssd.usd_per_gb=0.1
run slow $reuse --set fleet.main.kv_tiers.ssd.gb_per_gpu=2000 --set fleet.main.kv_tiers.ssd.gb_per_s=0.1
run hungry $reuse $host=80 --set fleet.main.kv_tiers.host.j_per_gb=1000
run window $reuse $host=20 --set fidelity=request --set window.hours=0.25 --set fleet.main.count=720 --set workloads.chat.demand.output_tok_per_s=20000
python3 - "$tmp" <<'PY'
import json, math, sys
load = lambda n: json.load(open(f"{sys.argv[1]}/{n}.json"))
value = lambda n, k: load(n)["metrics"][k]["value"]
part = lambda n, k: load(n)["classes"][0][k]
assert load("plain")["metrics"] == load("zero")["metrics"] == load("slow")["metrics"]
print("no tier, and one that is slower than reading: same figures")
p = load("plain")["pools"][0]
assert p["prefill_gpus"] == 0 # of one kind that does both: all its tiers count
rate = p["capacity_out_tok_per_s"] / p["n_replicas"]
came = rate * (12035.0613 * (1 - 0.3736) / 342.6189 + 1)
held = lambda gb: gb * 1e9 * p["decode_gpus"] / (61 * 576) # latent of R1, a byte each
hits = lambda gb: (0.6 - 0.3736) * (1 - math.exp(-held(gb) / came / 300))
off = max(abs(part(f"h{gb}", "host_loaded_frac") / hits(gb) - 1) for gb in (5, 20, 80))
print("hits recomputed:", "within 1 %" if off < 0.01 else off)
assert part("h5", "host_loaded_frac") < part("h20", "host_loaded_frac") < part("h80", "host_loaded_frac") <= 0.6 - 0.3736
revenue = [value(n, "revenue_usd_per_mw_utility_year") for n in ("plain", "h5", "h20", "h80")]
assert revenue == sorted(revenue) and revenue[0] < revenue[-1] and value("plain", "capex_usd") == value("h80", "capex_usd")
print("a larger tier: more hits, more revenue, no cost of its own")
assert part("ssd", "host_loaded_frac") == part("h20", "host_loaded_frac") and part("ssd", "ssd_loaded_frac") > 0
more = value("ssd", "capex_usd") - value("h20", "capex_usd")
assert abs(more / (2000 * 0.1 * value("ssd", "gpus_installed")) - 1) < 1e-9
print("price of SSDs: accelerators that read times GB times price")
assert revenue[0] < value("hungry", "revenue_usd_per_mw_utility_year") < revenue[-1]
print("a load that draws more spares less")
served, cached = part("h80", "input_tok_served"), part("h80", "cached_tok_served")
assert abs(cached / (served + cached) - 0.3736) < 1e-9
print("billed as cached: what the class says")
for n in ("ssd", "h80", "window"):
    assert max(abs(b["residual_rel"]) for b in load(n)["balances"]) < 1e-9
print("balances close, by request too")
PY
# Of two kinds of accelerators too: at least what there is without, in whole racks.
S=scenarios/virginia-100mw-vr200-cpx.json
oss="--set workloads.chat.llm=gpt-oss-120b --set workloads.chat.precision=fp4 $reuse"
for gb in 0 0.5 2 8; do
    run "mixed$gb" $oss $host=$gb
done
python3 - "$tmp" <<'PY'
import json, sys
pools = [json.load(open(f"{sys.argv[1]}/mixed{gb}.json"))["pools"][0] for gb in ("0", "0.5", "2", "8")]
made = [p["capacity_out_tok_per_s"] for p in pools]
assert all(p["n_prefill_gpus"] > 0 for p in pools) and min(made) == made[0] < made[-1], made
print("read on another accelerator: with tiers no less than without")
PY
S=scenarios/virginia-100mw-gb300-flood.json
for set in "fleet.main.kv_tiers.host.gb_per_gpu=1" "workloads.chat.serving.reuse_frac=0.1"; do
    "$BIN" run "$S" --no-range --set $set 2>&1 >/dev/null | grep -o 'E211:.*'
done
