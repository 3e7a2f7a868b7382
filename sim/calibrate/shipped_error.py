"""Puts the errors that docs/accuracy.md states into what rests on them: entries of `uncertainties` and the README's sentence.

usage: shipped_error.py write|check     (run in the project's root; `make docs` writes, `make docs-check` checks)

docs/accuracy.md is the one place of these figures. An error with median e on a logarithmic scale has the standard
deviation ln(1 + e) / 0.6745 where it is a ratio of two, e / 0.6745 where it is |predicted / measured - 1|: 0.6745 is the
normal distribution's upper quartile.
"""
import re
import sys
from math import log

from ship import Layout

QUARTILE = 0.6744897501960817
PAGE, README, CATALOG = "docs/accuracy.md", "README.md", "models/catalog/uncertainties.json"
POINTS = "wattmill accuracy (docs/accuracy.md): %d points that were not fitted are off by %s %% in the median; log_sd = %s / 0.6745"
CHANGE = "estimate: half of the variance of two errors of serving-model is common to both sides, so log_sd is serving-model's"
RATIO = "wattmill accuracy (docs/accuracy.md): ratios of two accelerators at equal interactivity are off by %s %% in the median; log_sd = ln(1 + %s) / 0.6745"


def table(page, title):
    """Points and median error [%] of a table's row over all."""
    found = re.search(r"\*\*%s\*\*\n\n.*\n.*\n\| all \| all \| (\d+) \| ([0-9.]+) \|" % re.escape(title), page)
    return int(found.group(1)), found.group(2)


def entries(page):
    """(entry, source, log_sd)"""
    for name, title in (("serving-model", "Output tokens per second and accelerator"), ("board-power", "Board power")):
        n, percent = table(page, title)
        frac = round(float(percent) / 100, 6)
        if name == "serving-model":  # var(a - b) with half of each common: that of one
            yield "serving-change", CHANGE, round(frac / QUARTILE, 4)
        yield name, POINTS % (n, percent, frac), round(frac / QUARTILE, 4)
    percent = re.search(r"The ratio of two is off by ([0-9.]+) %", page).group(1)
    frac = round(float(percent) / 100, 6)
    yield "serving-ratio", RATIO % (percent, frac), round(log(1 + frac) / QUARTILE, 4)


def sentence(page, readme):
    n, percent = table(page, "Output tokens per second and accelerator")
    ratio = re.search(r"The ratio of two is off by ([0-9.]+) %", page).group(1)
    text = "on %d points that were\n  not fitted, tokens per second are off by %s %% in the median, ratios of two accelerators by %s %%" % (n, percent, ratio)
    return re.sub(r"on \d+ points that were\s+not fitted, tokens per second are off by [0-9.]+ % in the median, ratios of two accelerators by [0-9.]+ %", text, readme)


def main(mode):
    page, readme = open(PAGE).read(), open(README).read()
    catalog = Layout(CATALOG)
    before = list(catalog.lines)
    for name, source, log_sd in entries(page):
        catalog.set(name, "source", source)
        catalog.set(name, "log_sd", log_sd)
    told = sentence(page, readme)
    stale = [path for path, same in ((CATALOG, catalog.lines == before), (README, told == readme)) if not same]
    if mode == "write":
        if CATALOG in stale:
            catalog.save()
        if README in stale:
            open(README, "w").write(told)
        return 0
    for path in stale:
        print("%s does not hold the errors of %s: run make docs" % (path, PAGE))
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
