"""The order that physics imposes on serving: on one board a narrower number is no slower, and of two parts with the same
silicon the one with more memory or bandwidth is no slower. For each model, shape, engine and speed the best output
rate per accelerator at that speed or above is compared for every ordered pair, over all points: the front that JSON
lists is one of output per megawatt.

usage: order.py WATTMILL all|few    exit 1 when a pair is out of order by more than LIMIT
"""
import csv
import subprocess
import sys

LIMIT = 1.03
SPEEDS = [20.0, 50.0, 100.0]
PARTS = ["h100", "h200", "b200", "b300", "gb200-nvl72", "gb300-nvl72", "mi300x", "mi325x", "mi355x"]
SILICON = [("h100", "h200"), ("b200", "b300"), ("gb200-nvl72", "gb300-nvl72"), ("mi300x", "mi325x")]
PRECISIONS = [("bf16", "fp8"), ("fp8", "fp4"), ("bf16", "fp4")]
SETS = {
    "all": (["deepseek-r1", "deepseek-v4-pro", "kimi-k2.5", "qwen3.5-397b-a17b", "gpt-oss-120b", "qwen3-32b", "llama-3.1-70b", "llama-3.1-405b"],
            [(1024, 1024), (8192, 1024), (1024, 8192)], ["vllm", "disaggregated-2026"]),
    "few": (["deepseek-r1", "llama-3.1-70b"], [(8192, 1024)], ["vllm", "disaggregated-2026"]),
}


def fronts(wattmill, model, isl, osl, engine):
    """{(accelerator, precision): [(tokens/s of a user, tokens/s of an accelerator)]}; what does not fit is absent."""
    out = subprocess.run([wattmill, "frontier", "-a", ",".join(PARTS), "-m", model, "--precision", "all", "--isl", str(isl),
                          "--osl", str(osl), "-e", engine, "--format", "csv", "--quiet"], capture_output=True, text=True).stdout
    series = {}
    for point in csv.DictReader(line for line in out.splitlines() if not line.startswith("#")):
        if point["tok_per_s_per_gpu"]:
            series.setdefault((point["accelerator"], point["precision"]), []).append(
                (float(point["tok_per_s_per_user"]), float(point["tok_per_s_per_gpu"])))
    return series


def best(points, speed):
    return max((rate for user, rate in points if user >= speed), default=0.0)


def pairs(series):
    """Pairs (slower by right, not slower by right) that both exist."""
    for part in PARTS:
        for wide, narrow in PRECISIONS:
            yield (part, wide), (part, narrow)
    for less, more in SILICON:
        for precision in ("bf16", "fp8", "fp4"):
            yield (less, precision), (more, precision)


def main(wattmill, which):
    models, shapes, engines = SETS[which]
    n, wrong = 0, []
    for model in models:
        for isl, osl in shapes:
            for engine in engines:
                series = fronts(wattmill, model, isl, osl, engine)
                for low, high in pairs(series):
                    if low not in series or high not in series:
                        continue
                    for speed in SPEEDS:
                        a, b = best(series[low], speed), best(series[high], speed)
                        if a > 0.0 or b > 0.0:
                            n += 1
                            if a > LIMIT * b:
                                wrong.append((a / b if b > 0.0 else float("inf"), model, isl, osl, engine, speed, low, high))
    wrong.sort(reverse=True, key=lambda w: w[0])
    kinds = {}
    for w in wrong:
        kinds.setdefault((w[6][0], w[6][1], w[7][0], w[7][1]), []).append(w[0])
    for (a, p, b, q), ratios in sorted(kinds.items(), key=lambda k: -len(k[1])):
        print(f"{a} {p} above {b} {q}: {len(ratios)}, worst {max(ratios):.2f}")
    print(f"{len(wrong)} of {n} pairs out of order by more than {100 * (LIMIT - 1):.0f} %")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
