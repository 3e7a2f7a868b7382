#!/bin/sh
# A fleet that is there and paid for: capital, resale, depreciation and NPV, recomputed from first principles.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
run() {
    out=$1
    shift
    "$BIN" run scenarios/virginia-100mw-gb300.json --no-range --format json --set horizon.years=0.05 \
        --set economics.residual_it_frac=0.1 --set economics.end_of_life=repurchase "$@" 2>/dev/null >"$tmp/$out.json"
}
for ledger in owner-operator colo-tenant neocloud hyperscaler; do
    run "new-$ledger" --set "economics.ledger=\"$ledger\""
    run "fresh-$ledger" --set "economics.ledger=\"$ledger\"" --set fleet.main.owned.age_years=0
    run "old-$ledger" --set "economics.ledger=\"$ledger\"" \
        --set 'fleet.main.owned={"age_years":2,"book_usd_per_gpu":20000,"salvage_usd_per_gpu":3000}'
done
python3 - "$tmp" <<'PY'
import json, sys
def load(name):
    return json.load(open("%s/%s.json" % (sys.argv[1], name)))
def close(a, b, what):
    assert abs(a - b) <= 1e-9 * max(1.0, abs(a), abs(b)), (what, a, b)
for ledger in "owner-operator colo-tenant neocloud hyperscaler".split():
    new, fresh, old = (load("%s-%s" % (x, ledger)) for x in ("new", "fresh", "old"))
    v = lambda r, k: r["metrics"][k]["value"]
    line = lambda r, n: sum(l["usd"] for l in r["ledger"] if l["name"] == n)
    gpus = v(new, "gpus_installed")
    price = v(new, "capex_usd") - v(fresh, "capex_usd")
    assert price / gpus > 1000, price
    # bought yesterday: as new in every figure but its capital
    close(v(fresh, "npv_usd"), v(new, "npv_usd") + price, ledger + ": npv")
    close(v(fresh, "tco_usd_per_year"), v(new, "tco_usd_per_year"), ledger + ": tco")
    close(v(fresh, "opex_usd"), v(new, "opex_usd"), ledger + ": opex")
    close(v(fresh, "owned_book_usd"), price, ledger + ": book")
    assert v(fresh, "lcot_out_usd_per_mtok") < v(new, "lcot_out_usd_per_mtok")
    # two of five years old: its book value over the rest of its life; sold at its salvage at the end of its life, bought again
    years = 0.05
    given = lambda k: next(i["value"] for i in old["inputs"] if i["path"] == k)
    life = given("economics.ledger.it_life_years")
    end = int(life + 0.5) - 2
    close(line(old, "depreciation, owned IT"), gpus * 20000 / (life - 2) * years, ledger + ": depreciation")
    y, z = old["yearly"], fresh["yearly"]
    cap = lambda rows, t: rows[t]["capex_usd"]
    assert len(y) == 6
    close(cap(y, 0), cap(z, 0), ledger + ": first capital")
    close(cap(y, end), price, ledger + ": bought again")
    close(y[end]["residual_usd"], gpus * 3000, ledger + ": salvage")
    worth = 1 - 0.9 * (5 - end) / 5
    close(y[5]["residual_usd"] - z[5]["residual_usd"], (worth - 0.1) * price, ledger + ": left at the end")
    flows = [r["flow_usd"] for r in y]
    rate = given("economics.ledger.discount_rate_frac")
    close(sum(f / (1 + rate) ** t for t, f in enumerate(flows)), v(old, "npv_usd"), ledger + ": npv of flows")
print("ok")
PY
"$BIN" run scenarios/virginia-100mw-gb300.json --set fleet.main.owned.book_usd_per_gpu=1 2>&1 | grep -o 'E211.*' || true
