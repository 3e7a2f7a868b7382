"""The bill of a run computed again from its series.csv and the catalogue's text alone.

usage: bill.py RESULT_DIR TARIFF_NAME TARIFFS_JSON [FIRM_MW]

Shares no code with the program: quarter hours are read as rows, every charge is worked out here from what
docs/site.md says of it, and each line of each month must agree to 1e-9 of the month's bill.
"""
import csv
import datetime
import json
import sys
import zoneinfo
from collections import defaultdict

BASES_IN_KW = ("demand", "contract", "coincident")


def nerc(day):
    """Holidays of NERC: six, Sunday's on Monday."""
    def nth(month, weekday, n):
        first = datetime.date(day.year, month, 1)
        return first + datetime.timedelta((weekday - first.weekday()) % 7 + 7 * (n - 1))
    fixed = []
    for month, date in ((1, 1), (7, 4), (12, 25)):
        d = datetime.date(day.year, month, date)
        fixed.append(d + datetime.timedelta(1) if d.weekday() == 6 else d)
    memorial = max(d for d in (datetime.date(day.year, 5, n) for n in range(25, 32)) if d.weekday() == 0)
    return day in fixed + [memorial, nth(9, 0, 1), nth(11, 3, 4)]


class Row:
    def __init__(self, r):
        self.at = datetime.datetime.fromisoformat(r["time_local"])
        self.mw = float(r["meter_mw"])
        self.contract = float(r["contract_mw"])
        self.price = float(r["market_usd_per_mwh"]) if r["market_usd_per_mwh"] else None
        dry = float(r["dry_bulb_c"])
        self.stress = dry if self.price is None else self.price + 1e-6 * dry
        self.month = (self.at.year, self.at.month)


def in_months(a, b, m):
    return a <= m <= b if a <= b else m >= a or m <= b


def holds(c, at, holidays):
    sunday = at.weekday() == 6 or (holidays and nerc(at.date()))
    kind = "sunday" if sunday else "saturday" if at.weekday() == 5 else "weekday"
    days = c.get("days", "all")
    a, b = c.get("from_h", 0), c.get("to_h", 24)
    h = at.hour + at.minute / 60
    return (in_months(c.get("from_month", 1), c.get("to_month", 12), at.month)
            and (days == "all" or days == kind or (days == "weekend" and kind != "weekday"))
            and (a <= h < b if a < b else h >= a or h < b))


def windows(rows, minutes):
    """Whole windows of the clock: (first row, mean MW, mean stress)."""
    n, group, key = minutes // 15, [], None
    for r in rows:
        k = (r.at.date(), (r.at.hour * 60 + r.at.minute) // minutes)
        if k != key:
            group, key = [], k
        group.append(r)
        if len(group) == n:
            yield group[0], sum(g.mw for g in group) / n, sum(g.stress for g in group) / n


def part_of(c, mw):
    above = max(0.0, mw - c.get("from_mw", 0.0))
    return min(above, c["to_mw"] - c.get("from_mw", 0.0)) if "to_mw" in c else above


def months_in_term(rows, months, zone):
    """Share of each month that the run has, and its days: of a common year, on the site's clock."""
    first = lambda y, m: datetime.datetime(y + (m - 1) // 12, (m - 1) % 12 + 1, 1, tzinfo=zone)
    length_s = {m: first(m[0], m[1] + 1).timestamp() - first(*m).timestamp() for m in months}
    n = defaultdict(int)
    for r in rows:
        n[r.month] += 1
    return {m: n[m] * 900 / length_s[m] for m in months}, {m: round(length_s[m] / 86400) for m in months}


def zone_of(result):
    """The zone that the scenario names; else one whose clock is not changed, whose offset moves no month's length."""
    name = [i["value"] for i in result["inputs"] if i["path"] == "site.time_zone"]
    return zoneinfo.ZoneInfo(name[0]) if name else datetime.timezone.utc


def billed(c, rows, months, holidays):
    """Billed MW of each month: peak, floor, ratchet."""
    peak = {m: 0.0 for m in months}
    for first, mean, _ in windows(rows, c.get("window_min", 15)):
        if holds(c, first.at, holidays):
            peak[first.month] = max(peak[first.month], c.get("counts", 1.0) * part_of(c, mean))
    out = {}
    for i, m in enumerate(months):
        in_season = [r for r in rows if r.month == m and in_months(c.get("from_month", 1), c.get("to_month", 12), m[1])]
        floor = sum(max(c.get("min_frac", 0.0) * part_of(c, r.contract), c.get("min_mw", 0.0)) for r in in_season)
        floor = floor / len(in_season) if in_season else 0.0
        seen = [peak[months[k]] for k in range(max(0, i - c.get("ratchet_months", 11)), i)
                if in_months(c.get("ratchet_from_month", 1), c.get("ratchet_to_month", 12), months[k][1])]
        out[m] = max(peak[m], floor, c.get("ratchet_frac", 0.0) * max(seen, default=0.0)) if in_season else 0.0
    return out


def coincident(c, rows, months):
    """Mean MW in the system's peaks of each calendar year, then of the year a month pays for."""
    rule, best = c["peaks"], defaultdict(dict)
    minutes = c.get("window_min", 15 if rule == "4cp" else 60)
    for first, mean, stress in windows(rows, minutes):
        at = first.at
        off = at.weekday() >= 5 or nerc(at.date())
        if (rule != "12cp" and not 6 <= at.month <= 9) or (rule == "5cp" and off):
            continue
        key = at.date() if rule == "5cp" else at.month
        if key not in best[at.year] or stress > best[at.year][key][0]:
            best[at.year][key] = (stress, part_of(c, mean))
    mean = {}
    for year, found in best.items():
        peaks = sorted(found.values(), key=lambda p: -p[0])[:{"4cp": 4, "5cp": 5, "12cp": 12}[rule]]
        mean[year] = sum(p[1] for p in peaks) / len(peaks)
    out = {}
    for year, month in months:
        pays = year - (month < c.get("year_from_month", 1)) - (c.get("billed") == "year-after")
        out[(year, month)] = mean[pays] if pays in mean else c.get("history_mw", mean[min(mean)] if mean else 0.0)
    return out


def tiers_usd(c, mwh, mw, share):
    usd, begin = 0.0, 0.0
    for t in c["tiers"]:
        end = t["up_to_mwh"] * share if "up_to_mwh" in t else t["up_to_hours_use"] * mw if "up_to_hours_use" in t else mwh
        end = min(mwh, end)
        usd += max(0.0, end - begin) * t["usd_per_mwh"]
        begin = max(begin, end)
    return usd


def price_per_mw(c, days):
    if "usd_per_kw_month" in c:
        return 1e3 * c["usd_per_kw_month"]
    return 1e3 * c["usd_per_kw_year"] / 12 if "usd_per_kw_year" in c else c["usd_per_mw_day"] * days


def counted(t, c):
    """What a kW counts for where a least power factor is asked for."""
    return {"counts": max(1.0, c["min_power_factor"] / t.get("power_factor", 0.97))} if "min_power_factor" in c else {}


def lines_of(t, firm_mw):
    """The tariff's keys and periods as charges of one form, in the order of the bill."""
    taken = lambda flat: {"basis": "market", "flat": flat}
    demand = {**counted(t, t), "basis": "demand", "min_frac": t.get("min_demand_frac", 0.0), "ratchet_frac": t.get("ratchet_frac", 0.0)}
    window = {"window_min": t.get("demand_window_min", 15)}
    yield "energy", "", taken(t.get("energy_usd_per_mwh", 55.0))
    yield "delivery", "", {"basis": "energy", "usd_per_mwh": t.get("delivery_usd_per_mwh", 0.0)}
    yield "demand charge", "", {**demand, **window, "usd_per_kw_month": t.get("demand_usd_per_kw_month", 0.0)}
    if t.get("coincident", "none") != "none":
        yield "coincident peaks", "", {"basis": "coincident", "peaks": t["coincident"],
                                       "usd_per_kw_year": t.get("coincident_usd_per_kw_year", 0.0)}
    yield "fixed utility charge", "", {"basis": "month", "usd_per_month": t.get("fixed_usd_per_month", 0.0)}
    for p in t.get("periods", []):
        if "energy_usd_per_mwh" in p:
            yield "energy", p["name"], {**p, **taken(p["energy_usd_per_mwh"])}
        if p.get("demand_usd_per_kw_month", 0.0) > 0.0:
            yield "demand charge, time of use", p["name"], {
                **p, **window, **counted(t, t), "basis": "demand", "usd_per_kw_month": p["demand_usd_per_kw_month"]}
    for c in t.get("charges", []):
        part = {"firm": {"to_mw": firm_mw}, "non-firm": {"from_mw": firm_mw}}.get(c.get("service"), {})
        yield c["name"], c.get("service", ""), {**c, **part, **(counted(t, c) if c["basis"] == "demand" else {})}


def market_usd(t, detail, c, rows, holidays):
    """Energy at the price of the hour, of a period or of the time that no period prices."""
    usd = defaultdict(float)
    for r in rows:
        first = next((p for p in t.get("periods", []) if holds(p, r.at, holidays)), None)
        priced = first is not None and "energy_usd_per_mwh" in first
        if (priced and first["name"] == detail) or (not priced and detail == ""):
            series = r.price is not None and t.get("energy_price", "auto") != "flat"
            usd[r.month] += r.mw / 4 * (r.price if series else c["flat"])
    return usd


def line_usd(t, detail, c, rows, months, share, days, above):
    holidays, basis = t.get("holidays") == "nerc", c["basis"]
    if basis == "market":
        return market_usd(t, detail, c, rows, holidays)
    if basis in ("energy", "take"):
        mwh = defaultdict(float)
        for r in rows:
            if holds(c, r.at, holidays):
                mwh[r.month] += part_of(c, r.mw) / 4
        if "tiers" in c:
            mw = billed(c, rows, months, holidays)
            return {m: tiers_usd(c, mwh[m], mw[m], share[m]) for m in months}
        return {m: mwh[m] * c["usd_per_mwh"] for m in months}
    if basis == "month":
        return {m: share[m] * c["usd_per_month"] for m in months}
    if basis == "minimum":
        return {m: max(0.0, share[m] * c["usd_per_month"] - above[m]) for m in months}
    mw = coincident(c, rows, months) if basis == "coincident" else billed(c, rows, months, holidays)
    return {m: mw[m] * price_per_mw(c, days[m]) * share[m] for m in months}


def main(folder, name, tariffs, firm_mw=0):
    t = json.load(open(tariffs))["tariffs"][name]
    rows = [Row(r) for r in csv.DictReader(open(f"{folder}/series.csv"))]
    months = sorted({r.month for r in rows})
    result = json.load(open(f"{folder}/result.json"))
    share, days = months_in_term(rows, months, zone_of(result))
    printed = {b["month"]: b for b in result["bill"]}
    above, worst, n = {m: 0.0 for m in months}, 0.0, 0
    for line, detail, c in lines_of(t, float(firm_mw)):
        usd = line_usd(t, detail, c, rows, months, share, days, above)
        for m in months:
            bill = printed["%04d-%02d" % m]
            told = [x["usd"] for x in bill["lines"] if x["line"] == line and x.get("detail", "") == detail]
            worst = max(worst, abs(sum(told) - usd.get(m, 0.0)) / bill["bill_usd"])
            above[m] += usd.get(m, 0.0)
            n += 1
    for m in months:
        bill = printed["%04d-%02d" % m]
        worst = max(worst, abs(bill["bill_usd"] - above[m]) / bill["bill_usd"])
    print(f"{name}: {len(months)} months, " + ("agree" if worst <= 1e-9 else f"off by {worst:.3g} of {n} items"))


main(*sys.argv[1:])
