"""CPU time of studies and runs, an older build beside this one on the same points.

usage: bench_study.py NEW OLD [POINTS]      each a wattmill command; POINTS of each study, 100

A study of n points costs start + n x point. Both are measured (at POINTS / 10 and at POINTS), and the
ratio is told at 10,000 points. User CPU of one thread, no cache in files, so that other work on the
machine matters little. Scenarios stand here, with keys and entries that both builds know.
"""
import json
import os
import resource
import subprocess
import sys
import tempfile

NEW, OLD = (os.path.abspath(p) for p in sys.argv[1:3])
POINTS = int(sys.argv[3]) if len(sys.argv) > 3 else 100


def demo():
    return {"schema_version": 1, "name": "demo", "seed": 42,
            "horizon": {"start": "2027-01-01", "years": 1},
            "site": {"ceiling": {"limit_mw": 100, "ramp_mw_per_min": 10, "calendar": [
                {"from": "2027-07-12T15:00", "to": "2027-07-12T19:00", "limit_mw": 55,
                 "notice_min": 30, "penalty_usd_per_mwh": 1000}]},
                     "weather": {"climate": "northern-virginia"},
                     "power_chain": {"type": "double-conversion"},
                     "cooling": {"type": "dry-cooler", "supply_c": 40},
                     "tariff": {"type": "us-large-load", "energy_usd_per_mwh": 55,
                                "demand_usd_per_kw_month": 13},
                     "carbon": {"kg_per_mwh": 350}},
            "fleet": [{"name": "main", "accelerator": "gb300-nvl72", "count": "max_p"}],
            "workloads": [{"name": "chat", "kind": "request", "class": "chat", "llm": "deepseek-r1",
                           "precision": "fp4", "pool": "main",
                           "demand": {"output_tok_per_s": 25e6, "shape": "chat-week"},
                           "slo": {"ttft_s": 2.0, "tok_per_s_per_user": 50},
                           "price": {"deck": "deepseek-r1-list", "paid_frac": 0.6,
                                     "discount_frac": 0.85}}],
            "policy": {"capping": "marginal_revenue"}, "economics": {"ledger": "owner-operator"}}


def large(years):
    llms = ["deepseek-r1", "llama-3.1-70b", "llama-3.1-8b", "llama-3.1-405b", "qwen3-32b"]
    s = demo()
    s["name"] = "large"
    s["horizon"]["years"] = years
    s["site"]["ceiling"] = {"limit_mw": 1000}
    s["fleet"] = [{"name": f"f{i}", "accelerator": "gb300-nvl72", "count": "max_p", "share_frac": 0.1}
                  for i in range(10)]
    s["workloads"] = [dict(s["workloads"][0], name=f"w{i}", pool=f"f{i}", llm=llms[i % 5],
                           precision="fp8", demand={"utilisation_frac": 0.8, "shape": "chat-week"},
                           price={"deck": "mid-band", "paid_frac": 0.6}) for i in range(10)]
    return s


def axis(path, low, high):
    return {"path": path, "dist": "uniform", "low": low, "high": high}


MONEY = [axis("site.tariff.energy_usd_per_mwh", 35, 95),
         axis("site.tariff.demand_usd_per_kw_month", 8, 22),
         axis("workloads.chat.price.discount_frac", 0.6, 1.0),
         axis("workloads.chat.price.paid_frac", 0.3, 0.9),
         axis("economics.discount_rate_frac", 0.08, 0.14),
         axis("economics.debt_rate_frac", 0.05, 0.09)]
MIXED = MONEY + [axis("site.weather.dry_bulb_shift_k", -1.5, 2.5),
                 axis("workloads.chat.demand.output_tok_per_s", 15e6, 29e6),
                 axis("accelerators.gb300-nvl72.failures_per_gpu_year", 0.087, 0.26),
                 axis("ledgers.owner-operator.it_life_years", 3, 6)]


def cost(command):
    """User CPU [s] and largest memory [MB] of a command that must not fail."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    message = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)}: {message.decode()}")
    return usage.ru_utime, usage.ru_maxrss / 1024, before


def run_study(binary, folder, base, axes, design, n):
    path, store = (os.path.join(folder, f) for f in ("study.json", "study.sqlite"))
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"schema_version": 1, "name": "bench", "base": base, "design": design, "n": n,
                   "axes": axes}, f)
    if os.path.exists(store):
        os.remove(store)
    return cost([binary, "sweep", path, "--jobs", "1", "--no-cache", "-o", store])[0]


def study(folder, base, axes, design, more):
    """CPU of 10,000 points; the new build gets `more` times the points, which are quick there."""
    times = []
    for binary, n in ((OLD, POINTS), (NEW, POINTS * more)):
        few = run_study(binary, folder, base, axes, design, n // 10)
        all_s = run_study(binary, folder, base, axes, design, n)
        point = (all_s - few) / (n - n // 10)
        times.append(all_s + (10000 - n) * point)
    return times


def without_range(binary):
    text = subprocess.run([binary, "run", "--help"], capture_output=True, text=True).stdout
    return ["--no-range"] if "--no-range" in text else []


def run(scenario, folder):
    path = os.path.join(folder, "scenario.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(scenario, f)
    costs = [cost([b, "run", path, "--no-cache", "--quiet", *without_range(b)])
             for b in (OLD, NEW)]
    return [c[0] for c in costs], costs[1][1]


def show(what, times, target):
    old, new = times
    print(f"{what:<58} {old:9.2f} {new:9.2f} {old / new:7.1f}x {new / old:6.2f}   {target}", flush=True)


def main():
    print(f"{'user CPU [s]':<58} {'old':>9} {'new':>9} {'faster':>8} {'new/old':>6}   target")
    with tempfile.TemporaryDirectory() as folder:
        base = demo()
        base["accelerators"] = {"gb300-nvl72": {"base": "gb300-nvl72"}}
        base["ledgers"] = {"owner-operator": {"base": "owner-operator"}}
        for name, scenario in (("plain.json", demo()), ("own.json", base)):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
                json.dump(scenario, f)
        show("10,000 points, money and tariff axes", study(folder, "plain.json", MONEY, "latin_hypercube", 30),
             ">= 50x")
        show("10,000 points, Monte Carlo of the demo, mixed axes",
             study(folder, "own.json", MIXED, "monte_carlo", 1), ">= 4x")
        short = demo()
        short["horizon"]["years"] = 0.001
        show("the demo, cold", run(demo(), folder)[0], "<= 0.40")
        show("start to first hour (a run of 9 h)", run(short, folder)[0], "<= 0.25")
        times, memory = run(large(30), folder)
        show("1 GW, 30 years, 10 fleets, 10 workloads", times, "<= 0.50")
        print(f"largest memory of it: {memory:.0f} MB; of 3 years: {run(large(3), folder)[1]:.0f} MB")


if __name__ == "__main__":
    main()
