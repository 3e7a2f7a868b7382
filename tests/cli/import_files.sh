# import: each layout of the specification over a year, made here with other code, comes back value by value
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
BIN=$BIN TMP=$tmp python3 - <<'PY'
import csv, datetime as dt, os, subprocess, sys, zoneinfo
BIN, TMP = os.environ["BIN"], os.environ["TMP"]
UTC, Z = dt.timezone.utc, zoneinfo.ZoneInfo
HOUR = dt.timedelta(hours=1)

def price(t):  # of an instant: no two hours of a week alike
    return round(((t.timestamp() // 300) * 7919) % 20011 / 100 - 50, 2)

def year(zone, minutes, y=2023):
    t, end = dt.datetime(y, 1, 1, tzinfo=zone).astimezone(UTC), dt.datetime(y + 1, 1, 1, tzinfo=zone).astimezone(UTC)
    while t < end:
        yield t
        t += dt.timedelta(minutes=minutes)

def write(name, lines):
    path = f"{TMP}/{name}.csv"
    with open(path, "w") as f: f.write("\n".join(lines) + "\n")
    return path

def call(kind, paths, *more):
    return subprocess.run([BIN, "import", kind, *paths, *more, "--quiet"], capture_output=True, text=True)

def rows(text):
    lines = [l for l in text.splitlines() if not l.startswith("#")]
    return list(csv.DictReader(lines))

def us(t, zone, form): return t.astimezone(zone).strftime(form)
def second(t, zone): return t.astimezone(zone).fold == 1
chicago, york, pacific, brussels = Z("America/Chicago"), Z("America/New_York"), Z("America/Los_Angeles"), Z("Europe/Brussels")
q = lambda s: '"%s"' % s
layouts = {
    "ercot-dam": (chicago, 60, 1, ["Delivery Date,Hour Ending,Repeated Hour Flag,Settlement Point,Settlement Point Price"],
        lambda t: [f"{us(t, chicago, '%m/%d/%Y')},{t.astimezone(chicago).hour + 1:02}:00,{'Y' if second(t, chicago) else 'N'},HB_NORTH,{price(t)}"], []),
    "ercot-rtm": (chicago, 15, 1, ["Delivery Date,Delivery Hour,Delivery Interval,Repeated Hour Flag,Settlement Point Name,Settlement Point Type,Settlement Point Price"],
        lambda t: [f"{us(t, chicago, '%m/%d/%Y')},{t.astimezone(chicago).hour + 1},{t.minute // 15 + 1},{'Y' if second(t, chicago) else 'N'},{n},HU,{price(t) + d}"
                   for n, d in (("HB_WEST", 1000), ("HB_NORTH", 0))], ["--place", "HB_NORTH"]),
    "pjm": (york, 60, 1, ["datetime_beginning_utc,datetime_beginning_ept,pnode_id,pnode_name,total_lmp_da"],
        lambda t: [f"{t.month}/{t.day}/{t.year} {t.strftime('%I:%M:%S %p')},x,1,DOM,{price(t)}"], []),
    "caiso": (pacific, 60, 1, ["INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,NODE,LMP_TYPE,MW"],
        lambda t: [f"{t.strftime('%Y-%m-%dT%H:%M:%S')}-00:00,x,x,1,TH_NP15,{k},{price(t) + d}" for k, d in (("MCC", 500), ("LMP", 0))], []),
    "nyiso": (york, 60, 1, ['"Time Stamp","Name","PTID","LBMP ($/MWHr)","Marginal Cost Losses ($/MWHr)"'],
        lambda t: [f"{q(us(t, york, '%m/%d/%Y %H:%M'))},{q(n)},61752,{price(t) + d},0" for n, d in (("CAPITL", 0), ("WEST", 300))], ["--place", "CAPITL"]),
    "entsoe": (brussels, 60, 1.08, ['"MTU (CET/CEST)","Day-ahead Price [EUR/MWh]","Currency","BZN|DE-LU"'],
        lambda t: [f"{q(us(t, brussels, '%d.%m.%Y %H:%M') + ' - ' + us(t + HOUR, brussels, '%d.%m.%Y %H:%M'))},{price(t)},EUR,"], ["--usd-per-unit", "1.08"]),
    "entsoe-semicolon-15": (brussels, 15, 1.08, ["MTU (UTC);Area;Sequence;Day-ahead Price (EUR/MWh)"],
        lambda t: [f"{t.strftime('%d/%m/%Y %H:%M:%S')} - x;BZN|DE-LU;1;{str(price(t)).replace('.', ',')}"], ["--usd-per-unit", "1.08"]),
    "aemo": (dt.timezone(10 * HOUR), 30, 0.66, ["REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE"],
        lambda t: [f"NSW1,{us(t + HOUR / 2, dt.timezone(10 * HOUR), '%Y/%m/%d %H:%M:%S')},8000,{price(t)},TRADE"], ["--usd-per-unit", "0.66"]),
    "gridstatus": (chicago, 60, 1, ["Interval Start,Interval End,Location,LMP"],
        lambda t: [f"{t.astimezone(chicago).isoformat(' ')},x,HB_NORTH,{price(t)}"], ["--time-zone", "America/Chicago"]),
}
for name, (zone, minutes, factor, head, line, more) in layouts.items():
    times = list(year(zone, minutes))
    path = write(name, head + [l for t in times for l in line(t)])
    out = call("price", [path], *more)
    assert out.returncode == 0, (name, out.stderr)
    got = rows(out.stdout)
    assert len(got) == len(times), (name, len(got), len(times))
    for t, r in zip(times, got):
        assert dt.datetime.fromisoformat(r["time"]) == t, (name, r, t)
        assert abs(float(r["price_usd_per_mwh"]) - factor * price(t)) < 1e-6 * max(1, abs(price(t))), (name, r, price(t))
    ours = write(name + "-ours", out.stdout.splitlines())
    ok = subprocess.run([BIN, "check", "scenarios/virginia-100mw-gb300.json", "--set", "site.market.file=" + ours], capture_output=True, text=True)
    assert ok.returncode == 0, (name, ok.stderr)
    print("price", name, len(got))

# two halves of a year in any order are one
times = list(year(chicago, 60))
head, line = layouts["ercot-dam"][3], layouts["ercot-dam"][4]
lines = [l for t in times for l in line(t)]
a, b = write("h1", head + lines[:4000]), write("h2", head + lines[4000:])
assert call("price", [b, a]).stdout.split("\n", 1)[1] == call("price", [f"{TMP}/ercot-dam.csv"]).stdout.split("\n", 1)[1]

# what is wrong is found by line
def wrong(kind, name, lines, *more):
    out = call(kind, [write(name, lines)], *more)
    assert out.returncode == 3, (name, out.returncode)
    print(name + ":", " / ".join(l.replace(TMP + "/", "")[:150] for l in out.stderr.splitlines()[:2]))
wrong("price", "missing-hour", head + lines[:100] + lines[101:])
wrong("price", "doubled-hour", head + lines[:100] + lines[99:])
wrong("price", "shifted-clock", head + lines[1:] + [line(times[-1] + HOUR)[0]])
wrong("price", "a-word", head + lines[:7] + [lines[7].rsplit(",", 1)[0] + ",n/e"] + lines[8:])
wrong("price", "a-mark", head + lines[:7] + [lines[7].rsplit(",", 1)[0] + ",-99999"] + lines[8:])
wrong("price", "currency", open(f"{TMP}/entsoe.csv").read().splitlines())
wrong("price", "places", open(f"{TMP}/nyiso.csv").read().splitlines())
wrong("price", "layout", ["a,b", "1,2"])

# weather
def dry(i): return round(((i * 7919) % 501) / 10 - 15, 1)
est = dt.timezone(-5 * HOUR)
def nsrdb(minutes, y=2023):
    out = ["Source,Location ID,City,State,Country,Latitude,Longitude,Time Zone,Elevation,Local Time Zone", "NSRDB,1,-,-,-,39.0,-77.5,-5,90,-5",
           "Year,Month,Day,Hour,Minute,Temperature,Relative Humidity,Pressure,GHI"]
    for i, t in enumerate(year(est, minutes, y)):
        l = t.astimezone(est)
        out.append(f"{y},{l.month},{l.day},{l.hour},{l.minute + (30 if minutes == 60 else 0)},{dry(i)},50,1001,0")
    return out
def tmy3():
    out = ['724030,"STERLING",VA,-5.0,38.95,-77.45,82', "Date (MM/DD/YYYY),Time (HH:MM),GHI (W/m^2),Dry-bulb (C),Dew-point (C),RHum (%),Pressure (mbar)"]
    for i, t in enumerate(year(est, 60)):
        l = t.astimezone(est)
        out.append(f"{l.month:02}/{l.day:02}/{1990 + l.month % 5},{l.hour + 1:02}:00,0,{dry(i)},0,50,1001")
    return out
def pvgis():
    return ["Latitude (decimal degrees): 45.000", "month,year", "1,2005", "", "time(UTC),T2m,RH,G(h),SP"] + [
        f"{2005 + t.month % 7}{t.strftime('%m%d:%H%M')},{dry(i)},50,0,100100" for i, t in enumerate(year(UTC, 60))] + ["", "T2m: 2-m air temperature"]
def meteo():
    return ["latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation", "39.0,-77.5,90,-18000,America/New_York,EST", "",
            "time,temperature_2m (°C),relative_humidity_2m (%),surface_pressure (hPa)"] + [
        f"{us(t, est, '%Y-%m-%dT%H:%M')},{dry(i)},50,1001" for i, t in enumerate(year(est, 60))]
def era5():
    return ["valid_time;t2m;d2m;sp"] + [f"{t.strftime('%Y-%m-%d %H:%M:%S')};{str(round(dry(i) + 273.15, 2)).replace('.', ',')};{str(round(dry(i) + 268.15, 2)).replace('.', ',')};100100"
                                        for i, t in enumerate(year(UTC, 60))]
for name, lines, n in [("nsrdb-hourly", nsrdb(60), 8760), ("nsrdb-5min", nsrdb(5), 105120), ("nsrdb-leap-dropped", [l for l in nsrdb(60, 2024) if ",2,29," not in l], 8760),
                       ("tmy3", tmy3(), 8760), ("pvgis", pvgis(), 8760), ("open-meteo", meteo(), 8760), ("era5", era5(), 8760)]:
    out = call("weather", [write(name, lines)])
    assert out.returncode == 0, (name, out.stderr[:500])
    got = rows(out.stdout)
    assert len(got) == n, (name, len(got))
    for i, r in enumerate(got):
        j = i + 24 if name == "nsrdb-leap-dropped" and i >= 59 * 24 else i
        assert abs(float(r["dry_bulb_c"]) - dry(j)) < 1e-6, (name, i, r)
        assert abs(float(r["pressure_pa"]) - 100100) < 1e-6
    ours = write(name + "-ours", out.stdout.splitlines())
    ok = subprocess.run([BIN, "check", "scenarios/virginia-100mw-gb300.json", "--set", "site.weather.file=" + ours, "--set", "site.time_zone=-05:00"], capture_output=True, text=True)
    assert ok.returncode == 0 and "W906" not in ok.stderr, (name, ok.stderr)
    print("weather", name, len(got), list(got[0].values())[0])
base = nsrdb(60)
wrong("weather", "missing-hour", base[:100] + base[101:])
wrong("weather", "doubled-hour", base[:100] + base[99:])
wrong("weather", "fahrenheit", base[:50] + [base[50].replace(",50,1001", ",50,1001").replace(base[50].split(",")[5], "99", 1)] + base[51:])
wrong("weather", "fraction", [l.replace(",50,1001,", ",0.5,1001,") for l in base])
wrong("weather", "no-table", ["hello", "world"])
PY
"$BIN" import wether x.csv
