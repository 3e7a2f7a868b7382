# One run sells several speeds, and a token from the cache has a cost of its own
PYTHONDONTWRITEBYTECODE=1 python3 - <<'PY'
import json, random, subprocess, sys
sys.path.insert(0, "tests/published")
from worked import run, near, BIN, DEMO

SHORT = "horizon.years=0.05"
base = run(SHORT)
c = base["classes"][0]

def tiers(*pairs):
    return "workloads.chat.price.speed_tiers=" + json.dumps([dict(tok_per_s_per_user=v, price_frac=f) for v, f in pairs])

# what everybody is faster than lifts every price, what nobody reaches lifts none; linear in the price between
slow, fast = 1 / c["tpot_p99_s"], 1 / c["tpot_p50_s"]
near("all", run(SHORT, tiers((1, 1.5)))["m"]["revenue_usd"], 1.5 * base["m"]["revenue_usd"])
near("none", run(SHORT, tiers((1e5, 9)))["m"]["revenue_usd"], base["m"]["revenue_usd"])
near("half of the tokens are as fast as the median", run(SHORT, tiers((fast, 2)))["m"]["revenue_usd"], 1.5 * base["m"]["revenue_usd"], rel=0.02)
near("99 of 100", run(SHORT, tiers((slow, 2)))["m"]["revenue_usd"], 1.99 * base["m"]["revenue_usd"], rel=0.01)
one, both = run(SHORT, tiers((fast, 2)))["m"]["revenue_usd"], run(SHORT, tiers((1, 1.2), (fast, 2)))["m"]["revenue_usd"]
near("two tiers", both / base["m"]["revenue_usd"], 1.2 + 0.8 * (one / base["m"]["revenue_usd"] - 1))
# a busier site is slower and earns less a token from its fast tier
busy = run(SHORT, tiers((fast, 2)), "workloads.chat.demand.output_tok_per_s=100e6")
assert busy["m"]["revenue_usd"] / 4 < 0.9 * one, "speed does not fall with load"

# the levelised cost of input, cached and output tokens together is the cost
share = {}
for name, cached in (("chat", True), ("agent", True), ("api-small", False)):
    m = run(SHORT, "workloads.chat.class=" + name)["m"]
    parts = m["lcot_in_usd_per_mtok"] * m["input_tok_sold"] + m.get("lcot_cached_usd_per_mtok", 0) * m["cached_tok_sold"] + m["lcot_out_usd_per_mtok"] * m["output_tok_sold"]
    near("parts of the cost", parts, m["lcot_total_usd_per_mtok"] * m["total_tok_sold"])
    if cached:
        # attention to 430 tokens costs a little of a token that is computed, to 14,000 a good part
        share[name] = m["lcot_cached_usd_per_mtok"] / m["lcot_in_usd_per_mtok"]
    else:
        assert "lcot_cached_usd_per_mtok" not in m
assert 0.03 < share["chat"] < share["agent"] < 0.6, share

# levelised cost = constant price with NPV 0, over random ledgers and terms
rng = random.Random(15)
n = 0
for _ in range(8):
    ledger = {"type": rng.choice(["owner-operator", "hyperscaler", "colo-tenant", "neocloud"]), "it": rng.choice(["owned", "leased", "hired"]),
              "facility": rng.choice(["owned", "rented"]), "discount_rate_frac": round(rng.uniform(0.05, 0.15), 3), "it_life_years": rng.choice([3, 4.5, 5, 6]),
              "colo_rent_usd_per_kw_month": rng.randint(80, 190), "licence_usd_per_gpu_year": rng.choice([0, 4500]), "tax_rate_frac": rng.choice([0, 0.26])}
    sets = [SHORT, "economics.ledger=" + json.dumps(ledger), f"economics.appraisal_years={rng.randint(2, 14)}", f"economics.construction.years={rng.choice([0, 1, 1.5])}",
            f"economics.construction.first_year_frac={rng.choice([0.6, 1])}", "economics.tax_write_off=" + rng.choice(["macrs", "straight-line"]),
            f"economics.receivable_days={rng.choice([0, 45])}", f"economics.market.gain_per_year={rng.choice([0, 0.3])}", "economics.money=" + rng.choice(["real", "nominal"]),
            f"site.interconnection.wait_months={rng.choice([0, 9])}", f"site.interconnection.security_usd_per_mw={rng.choice([0, 3e5])}"]
    sold = rng.choice([0, 0.3])  # of the accelerators, by the hour: that price stays, tokens bear the rest
    if sold:
        sets.append('economics.gpu_sales=[{"name":"h","kind":"%s","share_frac":%g,"usd_per_gpu_h":3.1,"term_years":2,"default_frac":0.1}]'
                    % (rng.choice(["on-demand", "reserved", "take-or-pay"]), sold))
    r = run(*sets)
    token_usd = (1 - sold) * sum(c["revenue_usd"] for c in r["classes"])
    factor = r["m"]["lcot_total_usd_per_mtok"] * (1 - sold) * r["m"]["total_tok_sold"] / 1e6 / token_usd
    flat = [s for s in sets if "gain_per_year" not in s]
    z = run(*flat, f"workloads.chat.price.discount_frac={0.85 * factor!r}")
    near(f"NPV at the levelised cost, {sets}", z["m"]["npv_usd"], 0.0, scale=max(z["m"]["capex_usd"], z["m"]["revenue_usd"] / 0.05))
    n += 1
print(f"levelised cost: NPV 0 in {n} random ledgers and terms")
PY
