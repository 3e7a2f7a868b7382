# One clock for the bill: months, periods, peaks, phases and seasons are the site's; recomputed from series.csv
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
BIN=$BIN TMP=$tmp python3 - <<'PY'
import csv, datetime, os, subprocess, zoneinfo
BIN, TMP = os.environ["BIN"], os.environ["TMP"]

def run(scenario, sets, *more):
    args = [BIN, "run", scenario, "--format", "csv", "--quiet", *more]
    for s in sets: args += ["--set", s]
    out = subprocess.run(args, capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    return out.stdout

def rows(text):
    return {r[0]: r[1] for r in csv.reader(text.splitlines()) if len(r) > 1}

SUMMER = 'site.tariff={"type":"us-large-load","demand_usd_per_kw_month":0,"min_demand_frac":0,"periods":[{"name":"on",' \
         '"from_month":6,"to_month":9,"days":"weekday","from_h":16,"to_h":21,"demand_usd_per_kw_month":20}]}'

def recomputed(folder, zone):
    peaks, seen = {}, {}
    with open(folder + "/series.csv") as f:
        for r in csv.DictReader(f):
            t = datetime.datetime.fromisoformat(r["time_utc"].replace("Z", "+00:00")).astimezone(zone)
            if 6 <= t.month <= 9 and t.weekday() < 5 and 16 <= t.hour < 21:
                peaks[t.year, t.month] = max(peaks.get((t.year, t.month), 0), float(r["meter_mw"]))
    return sum(20e3 * p for p in peaks.values())

# the four months of a summer pay, not a fifth for the evening of 30 September
std = lambda h: datetime.timezone(datetime.timedelta(hours=h))
for name, sets, zone in [("phoenix", [], std(-7)), ("oregon", [], std(-8)), ("virginia", [], std(-5)), ("dallas", [], std(-6)),
                         ("frankfurt", [], std(1)),
                         ("virginia", ["site.time_zone=America/New_York"], zoneinfo.ZoneInfo("America/New_York")),
                         ("virginia", ["site.time_zone=Asia/Kathmandu"], zoneinfo.ZoneInfo("Asia/Kathmandu"))]:
    d = f"{TMP}/{name}{len(sets)}"
    ledger = rows(run(f"scenarios/{name}-100mw-gb300.json", ["site.ceiling.calendar=[]", SUMMER, *sets], "--show", "ledger", "-o", d, "--series"))
    usd = float(ledger["demand charge, time of use"])
    assert abs(usd / recomputed(d, zone) - 1) < 1e-12, (name, usd, recomputed(d, zone))
    print(name, *sets, "as recomputed")

# shifting clock and start together changes no figure
ALL = ["workloads.chat.demand.shape=flat", "site.ceiling.calendar=[]", "horizon.years=1.2",
       'site.tariff={"type":"ercot-4cp","demand_usd_per_kw_month":9,"ratchet_frac":0.5,"fixed_usd_per_month":1e5,"periods":[{"name":"on",'
       '"from_month":5,"to_month":9,"days":"weekday","from_h":13,"to_h":19,"demand_usd_per_kw_month":7,"energy_usd_per_mwh":90}]}',
       'site.ceiling.curtailment={"hours_per_year":100,"season":"summer","depth_frac":0.6}',
       'site.ceiling.phases=[{"from":"2027-02-01","limit_mw":60},{"from":"2027-07-01","limit_mw":100}]']
DEMO = "scenarios/virginia-100mw-gb300.json"
utc = run(DEMO, ALL + ["site.time_zone=UTC", "horizon.start=2027-02-01"])
for zone, start in [("-05:00", "2027-02-01T05:00Z"), ("+05:45", "2027-02-01T00:00:00+05:45"), ("America/Phoenix", "2027-02-01T00:00-07:00")]:
    print("shift", zone, "equal" if run(DEMO, ALL + ["site.time_zone=" + zone, "horizon.start=" + start]) == utc else "DIFFERENT")

# a year is twelve months wherever it begins
for start in ["2027-01-01", "2027-01-02", "2027-02-15", "2026-06-30T12:00", "2027-02-15T00:00-05:00"]:
    fixed = rows(run(DEMO, ["horizon.start=" + start, "site.tariff.fixed_usd_per_month=1e6"], "--show", "ledger"))["fixed utility charge"]
    print(start, "%.9f months" % (float(fixed) / 1e6))
PY
# what stands in the tz file is part of the scenario's fingerprint
"$BIN" run scenarios/virginia-100mw-gb300.json --set site.time_zone=America/New_York --set horizon.years=0.003 --format json --quiet |
    python3 -c 'import json, sys; print(any(i["path"] == "site.time_zone.sha256" for i in json.load(sys.stdin)["inputs"]))'
"$BIN" check scenarios/virginia-100mw-gb300.json --set site.time_zone=Phoenix --set horizon.start=2027-02-30T00:00Z
"$BIN" check scenarios/virginia-100mw-gb300.json --set site.time_zone=../../../etc/passwd
