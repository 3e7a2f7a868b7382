"""The article's phrases: each one's output moves as the phrase says when its condition is changed, and every command
of the table in docs/claims.md runs and says something, over a few days where it is a site's."""
import csv
import io
import json
import os
import subprocess
import re
import shutil
import sys
import tempfile

BIN = os.environ["BIN"]
S = "scenarios/virginia-100mw-gb300.json"
FLOOD = "scenarios/virginia-100mw-gb300-flood.json"
TRAIN = "scenarios/cases/train-gb300-llama405b.json"
SHORT = ("horizon.years=0.02", "site.ceiling.calendar=[]")
RIVAL = "scenarios/virginia-100mw-mi355x.json"
MADE = "capacity_output_tok_per_s_per_mw_utility"
done = {}


def said(*words):
    if words not in done:
        p = subprocess.run([BIN, *words, "--quiet"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if p.returncode:
            sys.exit(f"{' '.join(words)}: {p.stderr}")
        done[words] = p.stdout
    return done[words]


def figures(*words):
    return {r[0]: float(r[1]) for r in list(csv.reader(io.StringIO(said(*words, "--format", "csv"))))[1:] if r[1]}


def run(scenario, *sets):
    return figures("run", scenario, *[w for s in (*SHORT, *sets) for w in ("--set", s)])


def uses(scenario, *sets):
    """Energy by use [MWh]."""
    words = [w for x in ("horizon.years=0.01", *sets) for w in ("--set", x)]
    return {r["use"]: r["mwh"] for r in json.loads(said("run", scenario, *words, "--format", "json", "--no-range"))["energy"]}


def warned(scenario, part):
    """Whether a run says that nothing was measured of its accelerator."""
    words = ("run", scenario, "--set", "horizon.years=0.002", "--no-range")
    return f"no point of {part}" in subprocess.run([BIN, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL).stderr


def half_memory(accelerator, mem_tb_per_s):
    return f'accelerators.{accelerator}={{"base":"{accelerator}","mem_tb_per_s":{mem_tb_per_s / 2}}}'


def train(*words):
    return figures("train", TRAIN, *words)


def delivered(*sets):
    """Delivered over claimed through two weeks of a demand near capacity."""
    words = [w for x in (*SHORT, "horizon.years=0.04", "workloads.chat.demand.output_tok_per_s=80e6", *[f"workloads.chat.demand.{y}" for y in sets]) for w in ("--set", x)]
    return {r["figure"]: r for r in json.loads(said("run", S, *words, "--show", "delivered", "--format", "json"))}["delivered_over_claimed"]


claim = {r["id"]: r for r in json.loads(said("claims", "million-fold", "--format", "json")) + json.loads(said("claims", "few-percent", "--format", "json"))}
demo, flood, rival = run(S), run(FLOOD), run(RIVAL)
tight = run(FLOOD, "fleet.main.count=42552", "site.ceiling.limit_mw=60")
levers = json.loads(said("compare", "--levers", FLOOD, "--only", "batch", "--set", "horizon.years=0.01", "--format", "json"))
places = json.loads(said("compare", "--places", FLOOD, "scenarios/virginia-100mw-gb300-flood-maxlps.json", "--set", "horizon.start=2027-07-05",
                         "--set", "horizon.years=0.01", "--format", "json"))
plain, piped = train("--pp", "1"), train("--pp", "16")
late = [[float(r["energy_frac"]) for r in json.loads(said("train", TRAIN, "--straggler", s, "--show", "schedule", "--format", "json"))][0] for s in ("0", "0.2")]
market = [run(S, "economics.market.gain_per_year=0.4", f"economics.market.pass_through_frac={x}") for x in ("0.5", "1")]
ranged = figures("run", S)
spent = uses(S)


def called(firm):
    return run(FLOOD, 'site.ceiling.curtailment={"type":"spp-chills","hours_per_year":1500}', firm)


ROWS = [
    (1, "dearer power is a larger share of OpEx", run(S, "site.tariff.energy_usd_per_mwh=110")["power_share_b_frac"] > demo["power_share_b_frac"]),
    (2, "each watt has a use and no other: prompts, answers, training, idling, hosts, network with data ingestion, cooling, loss, house",
     abs(sum(spent.values()) - figures("run", S, "--set", "horizon.years=0.01", "--no-range")["site_energy_mwh"]) < 1e-6 * sum(spent.values())
     and spent["training"] == 0 < uses("scenarios/virginia-100mw-gb300-pretrain.json")["training"]
     and 1.9 < uses(S, 'accelerators.gb300-nvl72={"base":"gb300-nvl72","other_it_frac":0.06}')["network"] / spent["network"] < 2.1),
    (3, "a lower ceiling caps more and makes a MW worth more", tight["capped_mwh"] > flood["capped_mwh"] and tight["shadow_price_usd_per_mwh_mean"] > flood["shadow_price_usd_per_mwh_mean"]),
    (3, "and a firm part keeps what calls would take",
     called("site.ceiling.firm_mw=60")["shed_mwh"] < 0.5 * called("site.ceiling.firm_mw=0")["shed_mwh"]),
    (4, "a faster user costs tokens per MW", run(S, "workloads.chat.slo.tok_per_s_per_user=100")["capacity_output_tok_per_s_per_mw_utility"]
     < demo["capacity_output_tok_per_s_per_mw_utility"]),
    (5, "revenue follows what is served", run(S, "workloads.chat.demand.output_tok_per_s=40e6")["revenue_usd"] > 1.4 * demo["revenue_usd"]),
    (6, "tokens per watt sell where demand is there, and nowhere else",
     run(FLOOD, "site.power_chain.type=dc-800v")["output_tok_sold"] > 1.01 * flood["output_tok_sold"]
     and abs(run(S, "site.power_chain.type=dc-800v")["output_tok_sold"] / demo["output_tok_sold"] - 1) < 1e-3),
    (7, "a per cent is worth more where power binds", claim["few-percent-bound"]["computed"] > 0.1 + claim["few-percent-slack"]["computed"]),
    (8, "guesses make a token cheaper", run(FLOOD, "workloads.chat.serving.draft_tok=1")["lcot_out_usd_per_mtok"] < flood["lcot_out_usd_per_mtok"]),
    (9, "training in FP8 costs less than in BF16", train("--precision", "fp8")["usd_per_mtok"] < train("--precision", "bf16")["usd_per_mtok"]),
    (10, "warmer water frees power", run(S, "site.weather.climate=phoenix", "site.cooling.supply_c=45")["pue_peak_hour"]
     < run(S, "site.weather.climate=phoenix", "site.cooling.supply_c=30")["pue_peak_hour"]),
    (11, "a tenant brings less capital than an owner", run(S, "economics.ledger=colo-tenant")["capex_usd"] < demo["capex_usd"]),
    (12, "a mixture takes less energy than a dense model",
     run("scenarios/virginia-100mw-gb300-moe671b.json")["energy_j_per_output_tok"] < run("scenarios/virginia-100mw-gb300-dense405b.json")["energy_j_per_output_tok"]),
    (13, "DeepSeek-R1 gains by four bits", run(S, "workloads.chat.precision=fp8")["capacity_output_tok_per_s_per_mw_utility"]
     < demo["capacity_output_tok_per_s_per_mw_utility"]),
    (14, "a lever has a gain, and a side effect that is measured", levers["levers"][0]["alone"] > 1 and levers["levers"][0]["tpot"] > 1),
    (15, "kernels in 16 bits take more static and dynamic energy",
     all(train("--precision", "bf16")[k] > train("--precision", "fp8")[k] for k in ("board_static_j_per_tok", "board_dynamic_j_per_tok"))),
    (16, "more stages, more bubble; a straggler's delay lets clocks save", piped["bubble_frac"] > plain["bubble_frac"] and late[1] < late[0]),
    (17, "a plan's energy follows its cut", train("--tp", "1")["j_per_tok"] > train("--tp", "4")["j_per_tok"]),
    (18, "the ratio is set by the old end", claim["million-fold-serial"]["computed"] > claim["million-fold-pipelined"]["computed"] > claim["million-fold-full"]["computed"]),
    (19, "a region with a summer ceiling keeps less of a gain", {r["place"]: r for r in places}["phoenix"]["kept"] < 0.95),
    (20, "load that varies by week, noise and bursts delivers less of what is claimed at one mean, and not alike in all hours",
     delivered("shape=chat-week")["p10"] < 0.9 * delivered("shape=flat")["p10"] and delivered("shape=chat-week")["p90"] > delivered("shape=chat-week")["p10"]
     and all(delivered("shape=flat", "variation." + x, *y)["mean"] < 0.99 * delivered("shape=flat")["mean"]
             for x, *y in (("noise_log_sd=0.5",), ("bursts_per_year=200", "variation.burst_frac=3")))),
    (21, "dearer capital lowers the net present value", run(S, "economics.discount_rate_frac=0.2")["npv_usd"] < run(S, "economics.discount_rate_frac=0.08")["npv_usd"]),
    (22, "rivals have the same figures, memory at half its rate costs each of them tokens, and who was never measured says so", set(rival) == set(demo)
     and warned("scenarios/virginia-100mw-tpu7.json", "tpu-v7") and not warned(RIVAL, "mi355x") and all(0 < run(s, half_memory(*m))[MADE] < 0.95 * whole[MADE] for s, whole, m in ((S, demo, ("gb300-nvl72", 8)), (RIVAL, rival, ("mi355x", 8))))),
    (23, "what is passed on is not kept", market[1]["savings_passed_on_frac"] > market[0]["savings_passed_on_frac"]
     and market[1]["savings_kept_frac"] < market[0]["savings_kept_frac"]),
    (24, "what comes out is a range", ranged["npv_p10_usd"] < ranged["npv_p50_usd"] < ranged["npv_p90_usd"]),
]
for n, text, holds in ROWS:
    print(n, text, "yes" if holds else "NO")


def answers(words):
    """Whether a command of the table says something; what ran above, with changes laid on it, has."""
    if any(w[:len(words)] == words for w in done):
        return True
    short = ["--set", "horizon.years=0.01"] if words[0] == "run" or words[1:2] in (("--levers",), ("--places",)) or words[-1] == "--places" else []
    p = subprocess.run([BIN, *words, *short, "--quiet"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if p.returncode or not p.stdout:
        print(f"fails: {' '.join(words)}\n{p.stderr[:300]}")
    return p.returncode == 0 and p.stdout != ""


def unsaid(line):
    """Keys that a row of the table names and its command, as named, does not give a value other than 0."""
    words, missing = (), []
    for text in re.findall("`([^`]*)`", line.rsplit("|", 2)[0]):
        if text.startswith("wattmill "):
            words = tuple(S if w == "FILE" else w for w in text.split()[1:])
        elif re.fullmatch(r"[a-z]+(_[a-z0-9]+)+\*?", text):
            short = ("--set", "horizon.years=0.01") if words[0] == "run" else ()
            found = [v for k, v in figures(*words, *short).items() if k.startswith(text.rstrip("*")) and (k == text or "*" in text)]
            missing += [] if any(found) else [f"{text} of {' '.join(words)}"]
    return missing


folder = tempfile.mkdtemp()
table = [line for line in open("docs/claims.md") if re.match(r"\| \d+ \|", line)]
commands = {c for line in table for c in re.findall("`wattmill ([^`]*)`", line)}
here = {tuple(w.replace("FILE", S) if w != "DIR" else folder for w in c.split()) for c in commands}
missing = [m for line in table for m in unsaid(line)]
others = {("claims",), ("claims", "--curve", "million-fold", "-o", folder)}  # run by claims.sh and claims_curve.sh
bad = [words for words in sorted(here - others) if not answers(words)]
shutil.rmtree(folder)
print("every key of the table is in what its command says, and is not 0:", "yes" if not missing else missing)
print(len(table), "phrases, each with commands that run:", "yes" if not bad and len(here) > 30 else f"NO, {len(here)} commands")
