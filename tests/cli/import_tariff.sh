# import tariff: rates in the layout of the Utility Rate Database; a year's bill computed here again from the rate itself
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
BIN=$BIN TMP=$tmp python3 - <<'PY'
import csv, gzip, json, os, subprocess
from calendar import monthrange
from datetime import date
BIN, TMP = os.environ["BIN"], os.environ["TMP"]
DEMO = "scenarios/virginia-100mw-gb300.json"

def call(rate, *more, name="rate.json"):
    path = f"{TMP}/{name}"
    if name.endswith(".gz"): gzip.open(path, "wt").write(json.dumps(rate))
    else: open(path, "w").write(rate if isinstance(rate, str) else json.dumps(rate, indent=0))
    return subprocess.run([BIN, "import", "tariff", path, *more], capture_output=True, text=True)

def year(winter, summer): return [summer if 5 <= m <= 8 else winter for m in range(12)]
flat = lambda p: [p] * 24
day = lambda p, q, a, b: [q if a <= h < b else p for h in range(24)]
rates = {
    # three seasons of use with surcharges; two peaks, one of them over hours that are no rectangle
    "use": {"utility": "Example Power", "name": "LGS-TOU", "label": "aa11", "startdate": 1767225600, "servicetype": "Bundled", "demandwindow": 30,
            "energyratestructure": [[{"rate": 0.031, "adj": 0.004, "unit": "kWh"}], [{"rate": 0.052, "unit": "kWh"}], [{"rate": 0.11, "adj": -0.002}]],
            "energyweekdayschedule": year(flat(0), day(1, 2, 12, 18)), "energyweekendschedule": year(flat(0), flat(1)),
            "flatdemandstructure": [[{"rate": 6.5}], [{"rate": 9.25, "adj": 0.5}]], "flatdemandmonths": year(0, 1), "flatdemandunit": "kW",
            "demandratestructure": [[{"rate": 1.25}], [{"rate": 11}]], "demandrateunit": "kW",
            "demandweekdayschedule": year(day(0, 1, 6, 10), day(0, 1, 13, 19)), "demandweekendschedule": [flat(0)] * 12,
            "fueladjustmentsmonthly": [0.001, 0.001, 0, 0, 0, 0.002, 0.002, 0, 0, 0, 0, 0.001], "fixedchargefirstmeter": 400, "fixedchargeunits": "$/day"},
    # blocks of a month, of hours' use, of a day; a ratchet on demand in blocks; a least bill
    "blocks": {"utility": "Example Power", "name": "Blocks", "startdate": 1767225600, "demandwindow": 60,
               "energyratestructure": [[{"max": 5e6, "rate": 0.09, "unit": "kWh"}, {"max": 2e7, "rate": 0.06, "unit": "kWh"}, {"rate": 0.04, "unit": "kWh"}],
                                       [{"max": 200, "rate": 0.08, "unit": "kWh/kW"}, {"max": 400, "rate": 0.05, "unit": "kWh/kW"}, {"rate": 0.03, "unit": "kWh/kW"}],
                                       [{"max": 300000, "rate": 0.07, "unit": "kWh daily"}, {"rate": 0.045, "unit": "kWh daily"}]],
               "energyweekdayschedule": [flat(m // 4) for m in range(12)], "energyweekendschedule": [flat(m // 4) for m in range(12)],
               "flatdemandstructure": [[{"max": 10000, "rate": 5}, {"rate": 12}]], "flatdemandmonths": [0] * 12,
               "lookbackPercent": 0.9, "lookbackRange": 3, "lookbackMonths": [], "mincharge": 4e6, "minchargeunits": "$/month"},
    # a ratchet on summer peaks over prices that change with the month
    "layers": {"utility": "Example Power", "name": "Layers", "startdate": 1767225600, "demandwindow": 15,
               "energyratestructure": [[{"rate": 0.04, "unit": "kWh"}]], "energyweekdayschedule": [flat(0)] * 12, "energyweekendschedule": [flat(0)] * 12,
               "flatdemandstructure": [[{"rate": 6}], [{"rate": 9.5}], [{"rate": 14}]], "flatdemandmonths": [0, 0, 0, 1, 1, 2, 2, 2, 2, 1, 0, 0],
               "lookbackPercent": 0.97, "lookbackRange": 11, "lookbackMonths": [0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0]},
}

def price(blocks, amount, scale=1):
    usd = begin = 0
    for i, b in enumerate(blocks):
        end = amount if i + 1 == len(blocks) else min(amount, b["max"] * scale)
        usd += max(0, end - begin) * (b.get("rate", 0) + b.get("adj", 0))
        begin = max(begin, end)
    return usd

def peaks_of(rate, rows): return [max(r[4] for r in rows if r[0] == m) for m in range(12)]

def bill(rate, rows):  # rows: (month, is weekend, hour, quarter, kW)
    n = int(rate["demandwindow"] // 15)
    peaks, total = [], 0
    for m in range(12):
        mine = [r for r in rows if r[0] == m]
        days = monthrange(2027, m + 1)[1]
        windows = [sum(r[4] for r in mine[i:i + n]) / n for i in range(0, len(mine), n)]
        peaks.append(max(windows))
        usd = 0
        for p, blocks in enumerate(rate["energyratestructure"]):
            at = lambda r: rate["energyweekendschedule" if r[1] else "energyweekdayschedule"][m][r[2]] == p
            kwh, unit = sum(r[4] for r in mine if at(r)) / 4, blocks[0].get("unit", "kWh")
            usd += price(blocks, kwh, {"kWh": 1, "kWh/kW": peaks[m], "kWh daily": days}[unit]) + kwh * rate.get("fueladjustmentsmonthly", [0] * 12)[m]
        seen = rate.get("lookbackMonths") or [1] * 12
        back = [peaks[k] for k in range(max(0, m - rate.get("lookbackRange", 0)), m) if seen[k]]
        usd += price(rate["flatdemandstructure"][rate["flatdemandmonths"][m]], max([peaks[m]] + [rate.get("lookbackPercent", 0) * k for k in back]))
        for p, blocks in enumerate(rate.get("demandratestructure", [])):
            held = [windows[i // n] for i, r in enumerate(mine) if rate["demandweekendschedule" if r[1] else "demandweekdayschedule"][m][r[2]] == p]
            usd += price(blocks, max(held, default=0))
        usd += rate.get("fixedchargefirstmeter", 0) * 365 / 12
        total += max(usd, rate.get("mincharge", 0))
    return total

for name, rate in rates.items():
    got = call(rate, "--name", name, "-o", f"{TMP}/{name}.cat")
    assert got.returncode == 0, got.stderr
    print(f"-- {name}"); print(got.stderr.rstrip())
    run = subprocess.run([BIN, "run", DEMO, "--catalog", f"{TMP}/{name}.cat", "--set", f"site.tariff={name}", "--set", "horizon.years=1", "--set",
                          "horizon.start=2027-01-01T00:00-05:00", "--set", "site.ceiling.limit_mw=61", "--series", "-q", "-o", f"{TMP}/{name}"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    rows = []
    for r in csv.DictReader(open(f"{TMP}/{name}/series.csv")):
        y, m, d, h = int(r["time_local"][:4]), int(r["time_local"][5:7]), int(r["time_local"][8:10]), int(r["time_local"][11:13])
        rows.append((m - 1, date(y, m, d).weekday() >= 5, h, 0, float(r["meter_mw"]) * 1e3))
    ours = sum(float(r["usd"]) for r in csv.DictReader(open(f"{TMP}/{name}/bill.csv")))
    theirs = bill(rate, rows)
    assert abs(ours / theirs - 1) < 1e-9, (name, ours, theirs, ours / theirs - 1)
    bound = sum(rate.get("lookbackPercent", 0) * max(peaks_of(rate, rows)[:m] or [0]) > peaks_of(rate, rows)[m] for m in range(12))
    print("a year's bill is the one computed from the rate", *(["| the ratchet binds in some months:", bound > 0] if "lookbackPercent" in rate else []))

# alone, in items, in a list, in an input of REopt, packed: the same
use = rates["use"]
alone = call(use, "-q").stdout
for shape in ({"items": [use]}, [use], {"ElectricTariff": {"urdb_response": use}}): assert call(shape, "-q").stdout == alone
assert call(use, "-q", name="rate.json.gz").stdout == alone
packed = open(f"{TMP}/rate.json.gz", "rb").read()
for title, content in (("cut", packed[:-20]), ("damaged", packed[:40] + bytes(20) + packed[60:]), ("too large", gzip.compress(bytes(140 << 20), 1))):
    open(f"{TMP}/bad.gz", "wb").write(content)
    out = subprocess.run([BIN, "import", "price", f"{TMP}/bad.gz"], capture_output=True, text=True)
    print(f"-- {title}: exit {out.returncode}"); print(out.stderr.replace(TMP + "/", "").rstrip())
# the bulk download spells it in another way
tiers = lambda kind, periods: [{kind + "Tiers": p} for p in periods]
bulk = {"_id": {"$oid": use["label"]}, "utilityName": use["utility"], "rateName": use["name"], "effectiveDate": {"$date": use["startdate"] * 1000}, "serviceType": "Bundled",
        "demandWindow": 30, "energyRateStrux": tiers("energyRate", use["energyratestructure"]), "energyWeekdaySched": use["energyweekdayschedule"],
        "energyWeekendSched": use["energyweekendschedule"], "flatDemandStrux": tiers("flatDemand", use["flatdemandstructure"]), "flatDemandMonths": use["flatdemandmonths"],
        "flatDemandUnits": "kW", "demandRateStrux": tiers("demandRate", use["demandratestructure"]), "demandRateUnits": "kW", "demandWeekdaySched": use["demandweekdayschedule"],
        "demandWeekendSched": use["demandweekendschedule"], "fuelAdjustmentsMonthly": use["fueladjustmentsmonthly"], "fixedChargeFirstMeter": 400, "fixedChargeUnits": "$/day"}
assert call(bulk, "-q").stdout == alone
assert call([bulk] + [{**bulk, "_id": {"$oid": str(i)}, "rateName": f"r{i}"} for i in range(2500)], "--name", "aa11", "-q").stdout == alone
print("-- bulk:", call(bulk).stderr.splitlines()[0])
both = {"items": [use, rates["blocks"]]}
assert call(both, "--name", "aa11", "-q").stdout == alone == call(both, "--name", "LGS-TOU", "-q").stdout

def tell(title, rate, *more):
    out = call(rate, *more)
    print(f"-- {title}: exit {out.returncode}")
    print(out.stderr.replace(TMP + "/", "").rstrip())
but = lambda **more: {**use, **more}
tell("several", both)
tell("none of that name", both, "--name", "aa12")
tell("no rate", {"weather": 1})
tell("eleven months", but(energyweekdayschedule=[flat(0)] * 11))
tell("twenty-three hours", but(energyweekendschedule=[flat(0)[1:]] + [flat(0)] * 11))
tell("a period without a row", but(demandweekdayschedule=[flat(2)] * 12))
tell("no schedule", {k: v for k, v in use.items() if k != "energyweekendschedule"})
tell("blocks", but(energyratestructure=[[{"max": -1, "rate": 0.1}, {"rate": 0.1}], [{"max": 5, "rate": 0.1}, {"max": 4, "rate": 0.1}, {"rate": 0}],
                                        [{"rate": 0.1}, {"rate": 0.2}]]))
tell("USD/MWh", but(energyratestructure=[[{"rate": 55}]] * 3, flatdemandstructure=[[{"rate": "5"}]] * 2))
tell("units", but(flatdemandunit="MW", fixedchargeunits="EUR/month"))
tell("ratchet", but(lookbackPercent=80))
odd = but(coincidentratestructure=[[{"rate": 3}]], annualmincharge=100, demandwindow=5, demandreactivepowercharge=0.3, demandattrs=[{"Rider 7": "$0.2/kW"}],
          energyratestructure=[[{"max": 100, "rate": 0.1, "sell": 0.02}, {"rate": 0.05}]] * 3, strangekey=3)
tell("cannot be said", odd)
tell("left out", odd, "--partial")
tell("by the day", but(demandrateunit="kW daily"))
PY
