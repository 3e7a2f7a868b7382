# import carbon, prices, accelerator, telemetry and MISO's prices: layouts of their publishers made here with other code come back value by value
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
BIN=$BIN TMP=$tmp python3 - <<'PY'
import csv, datetime as dt, gzip, json, math, os, random, re, subprocess
BIN, TMP = os.environ["BIN"], os.environ["TMP"]
UTC, HOUR = dt.timezone.utc, dt.timedelta(hours=1)
DEMO = "scenarios/virginia-100mw-gb300.json"

def put(name, lines):
    path = f"{TMP}/{name}"
    (gzip.open if name.endswith(".gz") else open)(path, "wt").write(lines if isinstance(lines, str) else "\n".join(lines) + "\n")
    return path
def call(kind, paths, *more): return subprocess.run([BIN, "import", kind, *paths, *more], capture_output=True, text=True)
def rows(text): return list(csv.DictReader(l for l in text.splitlines() if not l.startswith("#")))
def plain(text): return re.sub(r" \((h100|h200) [^)]*\)", "", text.replace(TMP + "/", ""))  # what is shipped moves with each fit
def tell(kind, title, lines, *more, name="f.csv"):
    out = call(kind, [put(name, lines)], *more)
    print(f"-- {kind}, {title}: exit {out.returncode}: " + " / ".join(plain(l)[:230] for l in out.stderr.splitlines() if "error E" in l or out.returncode == 0))
def runs(*sets):
    out = subprocess.run([BIN, "run", DEMO, "--set", "horizon.years=1", "--format", "json", "-q", *sum((["--set", s] if "=" in s and not s.startswith("-") else [s] for s in sets), [])],
                         capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    return {k: m["value"] for k, m in json.loads(out.stdout)["metrics"].items()}

# carbon
g = lambda i: 200 + i * 7919 % 301
hours = [dt.datetime(2023, 1, 1, tzinfo=UTC) + i * HOUR for i in range(8760)]
EM = "Datetime (UTC),Country,Zone Name,Zone Id,Carbon Intensity gCO₂eq/kWh (direct),Carbon Intensity gCO₂eq/kWh (LCA),Low Carbon Percentage,Data Source"
maps = [EM] + [f"{t:%Y-%m-%d %H:%M:%S},USA,PJM,US-MIDA-PJM,{g(i)},{g(i) + 50},40,x" for i, t in enumerate(hours)]
comma = [l.replace(",", ";") for l in maps]
comma = ["\ufeff" + comma[0]] + [";".join(c + ",0" if k in (4, 5) else c for k, c in enumerate(l.split(";"))) for l in comma[1:]]
research = ["datetime,created_at,timestamp,zone_name,carbon_intensity_avg,total_production_avg"] + [f"{t.isoformat()},x,{int(t.timestamp())},PL,{g(i)},1" for i, t in enumerate(hours)]
five = [(t + m * HOUR / 12, i) for i, t in enumerate(hours) for m in range(12)]
watt = ["timestamp,MOER,MOER version,frequency"] + [f"{t.isoformat()},{g(i) / 0.45359237!r},3.2,300" for t, i in five]
answer = json.dumps({"data": [{"point_time": t.isoformat(), "value": g(i) / 0.45359237} for i, t in enumerate(hours)], "meta": {"region": "PJM_DC", "units": "lbs_co2_per_mwh"}}, indent=0)
for name, text, n in (("maps.csv.gz", "\n".join(maps) + "\n", 8760), ("maps-de.csv", comma, 8760), ("research.csv", research, 8760), ("watttime.csv", watt, 105120), ("watttime.json", answer, 8760)):
    out = call("carbon", [put(name, text)])
    assert out.returncode == 0, (name, out.stderr)
    got = rows(out.stdout)
    assert len(got) == n, (name, len(got))
    assert all(abs(float(r["carbon_gco2_per_kwh"]) - g(i * 8760 // n)) < 1e-6 for i, r in enumerate(got)), name
    assert dt.datetime.fromisoformat(got[-1]["time"]) == hours[-1] + (0 if n == 8760 else 11) * HOUR / 12
    print("carbon", name, n, "|", out.stderr.splitlines()[1])
life = call("carbon", [put("life.csv", [l.replace(" (direct)", " (of old)") for l in maps[:1]] + maps[1:])])
assert float(rows(life.stdout)[0]["carbon_gco2_per_kwh"]) == g(0) + 50
egrid = ["eGRID subregion acronym,eGRID subregion name,eGRID subregion annual CO2 total output emission rate (lb/MWh),eGRID subregion annual CO2 equivalent total output emission rate (lb/MWh)",
         "SUBRGN,SRNAME,SRCO2RTA,SRC2ERTA", "AKGD,ASCC Alaska Grid,1052.1,1057.8", "RFCE,RFC East,657.4,661.1"]
out = call("carbon", [put("egrid.csv", egrid)], "--place", "RFCE", "-o", f"{TMP}/egrid-ours.csv")
assert out.returncode == 0, out.stderr
a, b = runs(f"site.market.file={TMP}/egrid-ours.csv"), runs(f"site.carbon.kg_per_mwh={661.1 * .45359237!r}")
key = "carbon_kg"
print("carbon egrid:", out.stderr.splitlines()[0][:90], "| a run has the same as of the key:", abs(a[key] / b[key] - 1) < 1e-9 and a[key] > 0)
tell("carbon", "missing hour", maps[:100] + maps[101:])
tell("carbon", "doubled hour", maps[:100] + maps[99:])
tell("carbon", "shifted clock", [maps[0]] + maps[2:] + [maps[-1].replace("2023-12-31 23", "2024-01-01 00")])
tell("carbon", "a mark", maps[:9] + [maps[9].replace(f",{g(8)},", ",-999,")] + maps[10:])
tell("carbon", "a gap", maps[:9] + [maps[9].replace(f",{g(8)},", ",,")] + maps[10:])
tell("carbon", "kg/kWh", [maps[0]] + [l.replace(f",{g(i)},", f",{g(i) / 1000},") for i, l in enumerate(maps[1:])])
tell("carbon", "units", answer.replace("lbs_co2_per_mwh", "kg"), name="f.json")
tell("carbon", "several subregions", egrid)
tell("carbon", "no such subregion", egrid, "--place", "RFCX")
tell("carbon", "another document", ["a,b", "1,2"])

# MISO: a file a day, a column an hour
est = dt.timezone(-5 * HOUR)
p = lambda t: round((int(t.timestamp()) // 3600 * 7919) % 20011 / 100 - 50, 2)
def miso(day, node="INDIANA.HUB"):
    start = dt.datetime(2023, 1, 1, tzinfo=est) + dt.timedelta(days=day)
    head = ["Day Ahead Market ExPost LMPs", f"{start:%m/%d/%Y},,,", "", ",,,All Hours-Ending are Eastern Standard Time (EST)", "Node,Type,Value," + ",".join(f"HE {h}" for h in range(1, 25))]
    line = lambda n, kind, d: f"{n},Hub,{kind}," + ",".join(str(round(p(start + h * HOUR) + d, 2)) for h in range(24))
    return head + [line("AMIL.BGS6", "LMP", 9), line(node, "LMP", 0), line(node, "MCC", 3)]
files = [put(f"{d:03}.csv", miso(d)) for d in range(365)]
out = call("price", files, "--place", "INDIANA.HUB")
assert out.returncode == 0, out.stderr[:500]
got = rows(out.stdout)
assert len(got) == 8760 and all(abs(float(r["price_usd_per_mwh"]) - p(dt.datetime.fromisoformat(r["time"]))) < 1e-9 for r in got)
table = ["MARKET_DAY,NODE,TYPE,VALUE," + ",".join(f"HE{h}" for h in range(1, 25))] + [
    l for d in range(365) for l in [f"{dt.date(2023, 1, 1) + dt.timedelta(days=d):%m/%d/%Y}," + miso(d)[6]]]
assert rows(call("price", [put("year.csv", table)]).stdout) == got
print("price miso", len(got), "| a table of the year says the same")
def short(title, paths, *more):
    out = call("price", paths, *more)
    print(f"-- price, {title}: exit {out.returncode}: " + " / ".join(l.replace(TMP + "/", "")[:150] for l in out.stderr.splitlines()[-3:]))
short("several nodes", files)
short("a day is missing", files[:99] + files[100:], "--place", "INDIANA.HUB")
short("a day twice", files[:99] + files[98:], "--place", "INDIANA.HUB")
tell("price", "a word", [table[0]] + [table[1].replace(",".join(table[1].split(",")[-1:]), "n/a")] + table[2:])

# prices
lite = {"sample_spec": {"input_cost_per_token": 0.0}, "deepseek/deepseek-r1": {"litellm_provider": "deepseek", "mode": "chat", "input_cost_per_token": 5.5e-07, "output_cost_per_token": 2.19e-06,
        "cache_read_input_token_cost": 1.4e-07, "source": "https://api-docs.deepseek.com", "deprecation_date": "2026-07-24"},
        "acme/own": {"mode": "chat", "input_cost_per_token": 3e-06, "output_cost_per_token": 1.5e-05, "input_cost_per_token_above_200k_tokens": 6e-06},
        "acme/draw": {"mode": "image_generation", "output_cost_per_image": 0.04}, "acme/free": {"mode": "chat", "input_cost_per_token": 0, "output_cost_per_token": 0}, "ACME/own": {"mode": "chat", "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6}}
router = {"data": [{"id": "deepseek/deepseek-r1", "name": "R1", "pricing": {"prompt": "0.00000055", "completion": "0.00000219", "input_cache_read": "0.00000014"}},
                   {"id": "openrouter/auto", "pricing": {"prompt": "-1", "completion": "-1"}}, {"id": "x/y:free", "pricing": {"prompt": "0", "completion": "0"}}]}
for name, doc in (("LiteLLM", lite), ("OpenRouter", router)):
    path = put(name + ".json", json.dumps(doc))
    out = call("prices", [path], "--as-of", "2026-11-20", "-o", f"{TMP}/{name}.cat")
    assert out.returncode == 0, out.stderr
    deck = json.load(open(f"{TMP}/{name}.cat"))["price_decks"]["deepseek-deepseek-r1"]
    assert (deck["input_usd_per_mtok"], deck["cached_usd_per_mtok"], deck["output_usd_per_mtok"], deck["as_of"]) == (0.55, 0.14, 2.19, "2026-11-20"), deck
    m = runs("--catalog", f"{TMP}/{name}.cat") if False else subprocess.run([BIN, "catalog", "price_decks", "deepseek-deepseek-r1", "--catalog", f"{TMP}/{name}.cat"], capture_output=True, text=True)
    assert m.returncode == 0, m.stderr
    x, y = (subprocess.run([BIN, "run", DEMO, "--catalog", f"{TMP}/{name}.cat", "--set", "horizon.years=0.02", "--set", f"workloads.chat.price.deck={d}", "--format", "json", "-q"], capture_output=True, text=True)
            for d in ("deepseek-deepseek-r1", "deepseek-r1-list"))
    assert x.returncode == y.returncode == 0, x.stderr
    rev = [json.loads(o.stdout)["metrics"]["revenue_usd_per_mw_utility_year"]["value"] for o in (x, y)]
    print("prices", name, "| same revenue as the shipped deck of these prices:", abs(rev[0] / rev[1] - 1) < 1e-12, "|", " / ".join(l for l in out.stderr.splitlines()))
tell("prices", "per million where per token is meant", json.dumps({"m": {"input_cost_per_token": 0.55, "output_cost_per_token": "2.19"}}, indent=1))
tell("prices", "a word", json.dumps({"m": {"input_cost_per_token": "cheap", "output_cost_per_token": 1e-6}}, indent=1))
tell("prices", "of one model", json.dumps(lite), "--model", "DeepSeek", "--as-of", "2026-11-20")
tell("prices", "of no model", json.dumps(lite), "--model", "llama", "--as-of", "2026-11-20")
tell("prices", "a date", json.dumps(lite), "--as-of", "yesterday")
tell("prices", "another document", "[1]")

# accelerator
query = ["name, memory.total [MiB], power.limit [W], power.default_limit [W], power.min_limit [W], power.max_limit [W], clocks.max.sm [MHz]"]
board = "NVIDIA H100 80GB HBM3, 81559 MiB, 700.00 W, 700.00 W, 200.00 W, 700.00 W, 1980 MHz"
out = call("accelerator", [put("query.csv", query + [board] * 8)], "--as-of", "2026-05-01", "-o", f"{TMP}/board.cat")
entry = json.load(open(f"{TMP}/board.cat"))["accelerators"]["h100-own"]
print("accelerator:", entry["base"], entry["mem_gb"] == 81559 * 2**20 / 1e9, entry["tdp_w"], "|", plain(" / ".join(out.stderr.splitlines())))
ok = subprocess.run([BIN, "run", DEMO, "--catalog", f"{TMP}/board.cat", "--set", "fleet.0.accelerator=h100-own", "--set", "fleet.0.count=8000", "--set", "site.cooling.supply_c=30", "--set", "horizon.years=0.02", "-q"], capture_output=True, text=True)
print("   a run takes it:", ok.returncode == 0, ok.stderr[:200] if ok.returncode else "")
tell("accelerator", "capped", query + [board.replace("700.00 W, 700.00 W, 200", "500.00 W, 700.00 W, 200")])
tell("accelerator", "unlike boards", query + [board, board.replace("81559", "95830")])
tell("accelerator", "another board", query + [board, board.replace("H100 80GB HBM3", "H200")])
tell("accelerator", "watts in milliwatts", ["name,power.limit,memory.total", "H100 80GB HBM3,700000,81559"])
tell("accelerator", "a unit", [query[0], board.replace("81559 MiB", "81559 floors")])
tell("accelerator", "unknown board", ["name;memory.total [MiB]", "Rocket 9;1000000"])
tell("accelerator", "not named", ["memory.total [MiB]\tpower.limit [W]", "81559\t700"])
tell("accelerator", "another document", ["a,b", "1,2"])

# telemetry: a log with known power; errors must hold the truth
rng = random.Random(7)
TDP, IDLE, BASE, MEM, TENSOR, HOST_IDLE, HOST_BUSY = 700, 74, 0.12, 0.5, 0.6, 210, 340
log = ["timestamp,gpu,Hostname,modelName,DCGM_FI_DEV_POWER_USAGE,DCGM_FI_DEV_GPU_UTIL,DCGM_FI_PROF_DRAM_ACTIVE,DCGM_FI_PROF_PIPE_TENSOR_ACTIVE,DCGM_FI_DEV_SM_CLOCK,node_power_w"]
long = ["time,__name__,gpu,value"]
drift = 0.0
for s in range(1500):
    t = dt.datetime(2026, 6, 10, 9, tzinfo=UTC) + dt.timedelta(seconds=s)
    busy, lines, boards = s >= 300, [], 0.0
    drift = 0.9 * drift + rng.gauss(0, 2)  # rows that follow one another are alike
    for k in range(4):
        mem, ten = (rng.uniform(.1, .9), rng.uniform(0, .7)) if busy else (0.0, 0.0)
        w = (TDP * (BASE + MEM * math.sqrt(mem) + TENSOR * ten) + drift if busy else IDLE) + rng.gauss(0, 3)
        boards += w
        lines.append((k, w, 100 if busy else 0, mem, ten, 1980 if busy else 345))
    node = boards + 4 * (HOST_BUSY if busy else HOST_IDLE) + rng.gauss(0, 10)
    for k, w, u, mem, ten, clock in lines:
        log.append(f"{t.isoformat()},{k},n1,NVIDIA H100 80GB HBM3,{w:.2f},{u},{mem:.4f},{ten:.4f},{clock},{node:.1f}")
        long += [f"{t.timestamp():.0f},{m},{k},{v}" for m, v in (("DCGM_FI_DEV_POWER_USAGE", f"{w:.2f}"), ("DCGM_FI_DEV_GPU_UTIL", u), ("DCGM_FI_PROF_DRAM_ACTIVE", f"{mem:.4f}"),
                                                                  ("DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", f"{ten:.4f}"), ("DCGM_FI_DEV_SM_CLOCK", clock), ("node_power_w", f"{node:.1f}"))]
truth = dict(idle_w=IDLE, base_frac=BASE, memory_frac=MEM, compute_frac=TENSOR, host_idle_w=HOST_IDLE, host_busy_w=HOST_BUSY)
said = []
for name, lines, more in (("table.csv", log, []), ("semicolon.csv.gz", "\n".join(l.replace(",", ";") for l in log) + "\n", []), ("prometheus.csv", long, ["--accelerator", "h100"])):
    out = call("telemetry", [put(name, lines)], *more, "-o", f"{TMP}/{name}.cat")
    assert out.returncode == 0, (name, out.stderr)
    entry = json.load(open(f"{TMP}/{name}.cat"))["accelerators"]["h100-measured"]
    notes = dict((w.split()[0], (float(w.split()[1]), float(w.split()[3]))) for w in entry["notes"].replace("fitted: ", "").split(", "))
    off = {k: abs(notes[k][0] - v) / notes[k][1] for k, v in truth.items()}
    print("telemetry", name, "| within three standard errors:", {k: bool(x < 3) for k, x in off.items()}, "| errors below 5 %:", all(notes[k][1] < 0.05 * truth[k] for k in truth))
    said.append({k: entry[k] for k in ("power", "host_idle_w", "host_busy_w")})
    ok = subprocess.run([BIN, "catalog", "accelerators", "h100-measured", "--catalog", f"{TMP}/{name}.cat"], capture_output=True, text=True)
    assert ok.returncode == 0 and ok.stderr == "", ok.stderr
print("   the same in all three:", all(s == said[0] for s in said))
smi = ["timestamp, index, power.draw [W], clocks.current.sm [MHz], utilization.gpu [%], utilization.memory [%]"] + [
    f"2026/06/10 19:52:{s:02}.172, 0, {76 + s % 3}.14 W, 345 MHz, 0 %, 0 %" for s in range(40)]
tell("telemetry", "nvidia-smi, idle", smi, "--accelerator", "h200", name="smi.csv")
tell("telemetry", "milliwatts", [log[0]] + [l.replace(l.split(",")[4], "350000", 1) for l in log[1:3]] + log[3:])
tell("telemetry", "percent as share", [log[0], ",".join("55" if i == 6 else c for i, c in enumerate(log[1].split(",")))] + log[2:])
tell("telemetry", "a time twice", log[:9] + log[8:])
tell("telemetry", "clock set back", log[:400] + [l.replace("T09:", "T08:") for l in log[400:800]] + log[800:])
tell("telemetry", "a gap", log[:400] + log[1600:])
tell("telemetry", "node below its boards", [log[0]] + [l.rsplit(",", 1)[0] + ",100" for l in log[1:]])
tell("telemetry", "board not named", long)
tell("telemetry", "another document", ["a,b", "1,2"])
PY
