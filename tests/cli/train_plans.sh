# A plan that is given, plans side by side, static and dynamic energy: recomputed and in relation.
python3 - <<'PY'
import json, os, subprocess
BIN, DOC = os.environ["BIN"], "scenarios/cases/train-gb300-llama405b.json"
def show(what, *words):
    return json.loads(subprocess.run([BIN, "train", DOC, "--show", what, "--format", "json", "--quiet", *words], capture_output=True, text=True, check=True).stdout)
def run(*words):
    rows = show("run", *words)
    return {r["key"]: r.get("value") for r in rows}
best, plans, parts = run(), show("plans"), show("energy")
print("the plan that is run is the fastest of the list:", abs(min(p["step_s"] for p in plans) / best["step_s"] - 1) < 1e-3)
given = run("--tp", "2", "--pp", "4")
row = next(p for p in plans if (p["tp"], p["pp"], p["cp"]) == (2, 4, 1))
print("a given plan is its row:", (given["tensor"], given["pipeline"]) == (2, 4), abs(row["step_s"] / given["step_s"] - 1) < 1e-3)
front = [p for p in plans if p["front"]]
print("front: none is both faster and thriftier:", all(not (q["step_s"] < p["step_s"] and q["board_j_per_tok"] < p["board_j_per_tok"]) for p in front for q in plans))
print("cuts multiply to the accelerators:", {round(p["tp"] * p["pp"] * p["cp"] * p["dp"], -2) for p in plans} == {16400})
print("times add up:", abs(sum(p["time_frac"] for p in parts) - 1) < 1e-3)
static, dynamic = sum(p["static_j_per_tok"] for p in parts), sum(p["dynamic_j_per_tok"] for p in parts)
board = best["board_mean_w"] / best["tok_per_s_per_gpu"]
print("static and dynamic are those of the run:", abs(static / best["board_static_j_per_tok"] - 1) < 1e-3, abs(dynamic / best["board_dynamic_j_per_tok"] - 1) < 1e-3)
print("together within 5 % of the mean of the mix:", 0.95 < (static + dynamic) / board < 1.0001)
print("waiting has no dynamic part:", all(p["dynamic_j_per_tok"] == 0 for p in parts[3:]))
print("arithmetic saves by a slower clock, memory passes do not:", parts[0]["its_energy_frac"] < 1, parts[2]["its_energy_frac"] == 1)
PY
"$BIN" train scenarios/cases/train-gb300-llama405b.json --pp 16 --tp 3 2>&1
"$BIN" train scenarios/cases/train-gb300-llama405b.json --pp -1 2>&1
exit 0
