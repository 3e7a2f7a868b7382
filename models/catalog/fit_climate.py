"""Fits a parametric climate (include/wattmill/climate.h) to a file of 8,760 local-standard-time hours.

usage: fit_climate.py FILE.csv UTC_OFFSET_H      prints the figures of an entry of climates.json
       fit_climate.py --stats FILE.csv           prints what tests/unit/test_climates.c compares with

Columns: dry_bulb_c, wet_bulb_c, pressure_pa. Method, the same for every entry:
  monthly_dry_bulb_c             mid-month nodes whose piecewise linear curve has the file's monthly means
  monthly_diurnal_range_k        highest less lowest of the month's mean day
  monthly_wet_bulb_depression_k  mean of dry bulb less wet bulb
  monthly_noise_sd_k             standard deviation of what nodes and cosine day leave over
  noise_corr                     correlation of that from one hour to the next
  design_dry_bulb_c              the 36th highest hour (0.4 % of 8,760 hours are hotter)
  design_wet_bulb_c              mean wet bulb of the hours within 0.5 K of it
  pressure_pa                    mean
"""
import csv
import math
import sys

DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
MIDDLE_H = [372, 1080, 1788, 2520, 3252, 3984, 4716, 5460, 6192, 6924, 7656, 8388]
WARMEST_H = 15.0
HOURS = 8760


def read(path):
    with open(path, encoding="utf-8", newline="") as f:
        rows = [(float(r["dry_bulb_c"]), float(r["wet_bulb_c"]), float(r["pressure_pa"]))
                for r in csv.DictReader(f)]
    if len(rows) != HOURS:
        sys.exit(f"{path}: {len(rows)} hours, needs {HOURS}")
    return rows


def month_slices():
    start = 0
    for days in DAYS:
        yield range(start, start + 24 * days)
        start += 24 * days


def weights(hour):
    """The two nodes around an hour and the share of the second."""
    h = hour
    for m in range(11):
        if MIDDLE_H[m] <= h < MIDDLE_H[m + 1]:
            return m, m + 1, (h - MIDDLE_H[m]) / (MIDDLE_H[m + 1] - MIDDLE_H[m])
    gap = MIDDLE_H[0] + HOURS - MIDDLE_H[11]
    since = h - MIDDLE_H[11] if h >= MIDDLE_H[11] else h + HOURS - MIDDLE_H[11]
    return 11, 0, since / gap


def at(nodes, hour):
    a, b, t = weights(hour)
    return nodes[a] + t * (nodes[b] - nodes[a])


def solve(matrix, right):
    """Gauss elimination; 12 equations."""
    n = len(right)
    rows = [list(matrix[i]) + [right[i]] for i in range(n)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for k in range(n):
            if k != i:
                f = rows[k][i] / rows[i][i]
                rows[k] = [x - f * y for x, y in zip(rows[k], rows[i])]
    return [rows[i][n] / rows[i][i] for i in range(n)]


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def mean_preserving_nodes(means):
    matrix = []
    for hours in month_slices():
        row = [0.0] * 12
        for h in hours:
            a, b, t = weights(h)
            row[a] += (1 - t) / len(hours)
            row[b] += t / len(hours)
        matrix.append(row)
    return solve(matrix, means)


def fit(path, utc_offset_h):
    rows = read(path)
    dry = [r[0] for r in rows]
    months = list(month_slices())
    nodes = mean_preserving_nodes([mean(dry[h] for h in m) for m in months])
    ranges = []
    for m in months:
        day = [mean(dry[h] for h in m if h % 24 == k) for k in range(24)]
        ranges.append(max(day) - min(day))
    rest = [dry[h] - at(nodes, h) -
            at(ranges, h) / 2 * math.cos(2 * math.pi * (h - WARMEST_H) / 24) for h in range(HOURS)]
    sd = [math.sqrt(mean(rest[h] ** 2 for h in m) - mean(rest[h] for h in m) ** 2) for m in months]
    m0 = mean(rest)
    corr = (sum((rest[h] - m0) * (rest[h + 1] - m0) for h in range(HOURS - 1)) /
            sum((v - m0) ** 2 for v in rest))
    design = sorted(dry, reverse=True)[35]
    return {
        "monthly_dry_bulb_c": [round(v, 2) for v in nodes],
        "monthly_diurnal_range_k": [round(v, 2) for v in ranges],
        "monthly_wet_bulb_depression_k":
            [round(mean(rows[h][0] - rows[h][1] for h in m), 2) for m in months],
        "monthly_noise_sd_k": [round(v, 2) for v in sd],
        "noise_corr": round(corr, 4),
        "pressure_pa": round(mean(r[2] for r in rows), -2),
        "design_dry_bulb_c": design,
        "design_wet_bulb_c": round(mean(r[1] for r in rows if abs(r[0] - design) <= 0.5), 1),
        "utc_offset_h": utc_offset_h,
    }


def stats(path):
    rows = read(path)
    dry = [r[0] for r in rows]
    print("means_c", [round(mean(dry[h] for h in m), 2) for m in month_slices()])
    print("wet_bulb_mean_c", round(mean(r[1] for r in rows), 2),
          "design_dry_bulb_c", sorted(dry, reverse=True)[35])


if __name__ == "__main__":
    if sys.argv[1] == "--stats":
        stats(sys.argv[2])
    else:
        for key, value in fit(sys.argv[1], float(sys.argv[2])).items():
            print(f'"{key}": {value},')
