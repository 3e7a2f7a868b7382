"""The range of a run (P10, P50, P90 of its money) against whole runs over the same inputs.

usage: range.py WATTMILL SCENARIO sweep [DRAWS] [RATES]    quantiles: a study of DRAWS points (10,000), each a whole run
       range.py WATTMILL SCENARIO points [DRAWS]           point by point: the range fixed at a draw, and a whole run there

Draws are made here, from the entries of the catalogue alone: what the run draws is not read. The serving model's error
is put into a whole run as another unit of time: at m times the rates a site reaches latency targets m times as far, and
serves 1 / m of the demand for m times the price. RATES (200) values of m are run, each with its share of the draws.
A draw with m = 1 has the run's own year: there the two must agree to EXACT of the capital.
exit 1 when a quantile of the NPV lies further from the sweep's than LIMIT of the sweep's P10-P90 width, or a point further
from the whole run's than LIMIT of the run's
"""
import bisect
import json
import math
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile

LIMIT = 0.05
EXACT = 1e-9
SEED = 15
VERBOSE = "VERBOSE" in os.environ
ENTRIES = {"price": "price-over-list", "paid": "paid-share", "half_life": "price-half-life", "energy": "energy-price",
           "charges": "charge-per-kw", "it_capex": "it-capex", "facility_capex": "facility-capex",
           "residual": "it-residual", "delay": "delay", "model": "serving-model"}
TIED = {"charges": "energy", "paid": "price"}
NORMAL = statistics.NormalDist()


def asked(wattmill, *words):
    return subprocess.run([wattmill, *words], check=True, capture_output=True, text=True).stdout


def entry_of(wattmill, name):
    rows = json.loads(asked(wattmill, "catalog", "uncertainties", name, "--format", "json"))
    return {r["key"]: r["value"] for r in rows}


class Beta:
    """Quantiles of the beta distribution from its density, on ends that squeeze poles away (x = sin^2)."""

    def __init__(self, a, b, n=20000):
        self.x = [math.sin(math.pi / 2 * i / n) ** 2 for i in range(n + 1)]
        middle = [math.sin(math.pi / 2 * (i + 0.5) / n) ** 2 for i in range(n)]
        # density in the angle: x^(a-1) (1-x)^(b-1) 2 sin cos = 2 sin^(2a-1) cos^(2b-1)
        weight = [x ** (a - 0.5) * (1 - x) ** (b - 0.5) for x in middle]
        total, self.p = sum(weight), [0.0]
        for w in weight:
            self.p.append(self.p[-1] + w / total)

    def at(self, p):
        i = min(max(bisect.bisect_left(self.p, p), 1), len(self.p) - 1)
        low, high = self.p[i - 1], self.p[i]
        return self.x[i - 1] + (self.x[i] - self.x[i - 1]) * ((p - low) / (high - low) if high > low else 0.5)


def quantile_of(e):
    """Function from a normal score to the value that the entry gives."""
    low, high = e["low"], e["high"]
    if e["dist"] == "fixed":
        return lambda z: e["mode"]
    if e["dist"] == "lognormal":
        m, s = e["median"], e["log_sd"]
        cut = [NORMAL.cdf(math.log(x / m) / s) if x > 0 else 0.0 for x in (low, high)]
        return lambda z: m * math.exp(s * NORMAL.inv_cdf(cut[0] + (cut[1] - cut[0]) * NORMAL.cdf(z)))
    a, b = e["alpha"], e["beta"]
    if e["dist"] == "pert":
        a, b = 1 + 4 * (e["mode"] - low) / (high - low), 1 + 4 * (high - e["mode"]) / (high - low)
    beta = Beta(a, b)
    return lambda z: low + (high - low) * beta.at(NORMAL.cdf(z))


def draws_of(entries, n, n_rates, rng):
    """[{input: value}]; the model's error in n_rates strata, neighbours in the list share a value."""
    at = {k: quantile_of(e) for k, e in entries.items()}
    rate = [at["model"](NORMAL.inv_cdf((i + 0.5) / n_rates)) for i in range(n_rates)]
    out = []
    for i in range(n):
        z = {k: rng.gauss(0, 1) for k in entries}
        for child, parent in TIED.items():
            rho = entries[child]["corr"]
            z[child] = rho * z[parent] + math.sqrt(1 - rho * rho) * z[child]
        x = {k: at[k](z[k]) for k in entries}
        x["model"] = rate[i * n_rates // n]
        out.append(x)
    return out


def changes(base, x, half_life_mode):
    """What a whole run is given for a draw."""
    m, w = x["model"], "workloads.0."
    slower = x["half_life"] / half_life_mode
    half_life = base.get("economics.price_half_life_years")
    accelerator = f"accelerators.{base['fleet.0.accelerator']}.it_capex_usd_per_gpu"
    out = {
        w + "price.market_frac": base.get(w + "price.market_frac", 1.0) * x["price"] * m,
        w + "price.paid_frac": min(1.0, base[w + "price.paid_frac"] * x["paid"]),
        "economics.price_half_life_years": half_life * slower if half_life else x["half_life"],
        "site.tariff.energy_usd_per_mwh": base["site.tariff.energy_usd_per_mwh"] * x["energy"],
        "site.tariff.demand_usd_per_kw_month": base["site.tariff.demand_usd_per_kw_month"] * x["charges"],
        accelerator: base["it_capex"] * x["it_capex"],
        "economics.ledger.facility_capex_usd_per_mw_it": base["economics.ledger.facility_capex_usd_per_mw_it"] * x["facility_capex"],
        "economics.residual_it_frac": min(1.0, base["worth"] * x["residual"]),
        "economics.construction.years": x["delay"] if x["delay"] > 1e-6 else 0.0,
        w + "slo.ttft_s": base[w + "slo.ttft_s"] * m,
        w + "slo.tok_per_s_per_user": base[w + "slo.tok_per_s_per_user"] / m,
        w + "demand.output_tok_per_s": base[w + "demand.output_tok_per_s"] / m,
    }
    return out


def base_of(wattmill, scenario):
    """Values of a scenario's keys, with what the curve of used IT and the catalogue say."""
    result = json.loads(asked(wattmill, "run", scenario, "--format", "json", "--quiet"))
    base = {i["path"]: i["value"] for i in result["inputs"]}
    rows = json.loads(asked(wattmill, "catalog", "accelerators", base["fleet.0.accelerator"], "--format", "json"))
    base["it_capex"] = next(r["value"] for r in rows if r["key"] == "it_capex_usd_per_gpu")
    years = min(base["economics.appraisal_years"], base["economics.ledger.it_life_years"])
    base["worth"] = {5: 0.125}[years] if base.get("economics.residual_it_frac") is None else base["economics.residual_it_frac"]
    return base, {k: v["value"] for k, v in result["metrics"].items()}


def quantile(values, p):
    values = sorted(values)
    at = p * (len(values) - 1)
    i = int(at)
    return values[i] + (at - i) * (values[min(i + 1, len(values) - 1)] - values[i])


def scenario_file(folder, scenario, base, more):
    """The scenario with its accelerator as an entry of its own, so that a study may change its price."""
    part = base["fleet.0.accelerator"]
    document = {"schema_version": 1, "name": "range", "extends": os.path.abspath(scenario),
                "accelerators": {part: {"base": part, "it_capex_usd_per_gpu": base["it_capex"]}}, **more}
    path = os.path.join(folder, "range.json")
    with open(path, "w") as f:
        json.dump(document, f)
    return path


def sweep(wattmill, scenario, n, n_rates):
    base, run = base_of(wattmill, scenario)
    entries = {k: entry_of(wattmill, v) for k, v in ENTRIES.items()}
    draws = draws_of(entries, n, n_rates, random.Random(SEED))
    with tempfile.TemporaryDirectory() as folder:
        scenario_file(folder, scenario, base, {})
        study = {"schema_version": 1, "name": "range", "base": "range.json", "design": "list", "yearly": False,
                 "metrics": ["npv_usd", "revenue_usd_per_mw_utility_year", "ceiling_bound_hours"],
                 "points": [changes(base, x, entries["half_life"]["mode"]) for x in draws]}
        with open(os.path.join(folder, "study.json"), "w") as f:
            json.dump(study, f)
        store = os.path.join(folder, "range.sqlite")
        subprocess.run([wattmill, "sweep", os.path.join(folder, "study.json"), "--jobs", "1", "-o", store],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        rows = sqlite3.connect(store).execute("SELECT key, value FROM result WHERE status = 'ok'").fetchall()
    wrong = 0
    for key, stem in (("npv_usd", "npv_p{}_usd"), ("revenue_usd_per_mw_utility_year", "revenue_p{}_usd_per_mw_utility_year")):
        values = [v for k, v in rows if k == key]
        q = [quantile(values, p / 100) for p in (10, 50, 90)]
        for p, value in zip((10, 50, 90), q):
            off = (run[stem.format(p)] - value) / (q[2] - q[0])
            wrong += abs(off) > LIMIT
            print(f"{key} P{p}: sweep {value / 1e6:.1f} M, run {run[stem.format(p)] / 1e6:.1f} M, {100 * off:+.1f} % of the width ({len(values)} points)")
    return 1 if wrong else 0


def points(wattmill, scenario, n):
    """The NPV of the range fixed at a draw beside that of a whole run there; every other draw has the run's own rates."""
    base, run = base_of(wattmill, scenario)
    entries = {k: entry_of(wattmill, v) for k, v in ENTRIES.items()}
    width = run["npv_p90_usd"] - run["npv_p10_usd"]
    worst = {"own rates": 0.0, "other rates": 0.0}
    with tempfile.TemporaryDirectory() as folder:
        for i, x in enumerate(draws_of(entries, n, n, random.Random(SEED))):
            if i % 2 == 1:
                x["model"] = 1.0
            fixed = {f"x-{k}": {"dist": "fixed", "mode": v} for k, v in x.items()}
            path = scenario_file(folder, scenario, base, {"uncertainties": fixed, "economics": {"range": {k: f"x-{k}" for k in x}}})
            here = json.loads(asked(wattmill, "run", path, "--format", "json", "--quiet"))["metrics"]["npv_p50_usd"]["value"]
            path = scenario_file(folder, scenario, base, {})
            sets = [w for k, v in changes(base, x, entries["half_life"]["mode"]).items() for w in ("--set", f"{k}={v!r}")]
            whole = json.loads(asked(wattmill, "run", path, "--no-range", "--format", "json", "--quiet", *sets))["metrics"]
            off = abs(here - whole["npv_usd"]["value"])
            kind, size = ("own rates", whole["capex_usd"]["value"]) if x["model"] == 1.0 else ("other rates", width)
            worst[kind] = max(worst[kind], off / size)
            if VERBOSE:
                print(f"rates x {x['model']:.3f}: range {here / 1e6:.2f} M, whole run {whole['npv_usd']['value'] / 1e6:.2f} M")
    print(f"range and whole runs at {n} draws: {'equal' if worst['own rates'] <= EXACT else worst['own rates']} at the run's own rates, "
          f"{'within 5 % of the width' if worst['other rates'] <= LIMIT else worst['other rates']} at others")
    return 1 if worst["own rates"] > EXACT or worst["other rates"] > LIMIT else 0


if __name__ == "__main__":
    how = sys.argv[3]
    n = int(sys.argv[4]) if len(sys.argv) > 4 else (10000 if how == "sweep" else 10)
    if how == "sweep":
        sys.exit(sweep(sys.argv[1], sys.argv[2], n, int(sys.argv[5]) if len(sys.argv) > 5 else min(n, 200)))
    sys.exit(points(sys.argv[1], sys.argv[2], n))
