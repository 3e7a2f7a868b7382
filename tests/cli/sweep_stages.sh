# A study by stages exports the same bytes as one whose points run whole, on one and on two threads, with points that
# are infeasible; money and tariffs that decide nothing run one year.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat >"$dir/site.json" <<'S'
{"schema_version": 1, "name": "site", "horizon": {"start": "2027-07-10", "years": 0.01},
 "site": {"ceiling": {"limit_mw": 10, "calendar": [{"from": "2027-07-12T15:00", "to": "2027-07-12T19:00", "limit_mw": 5}]}},
 "fleet": [{"name": "main", "accelerator": "gb300-nvl72", "share_frac": 1.0}],
 "workloads": [{"name": "chat", "class": "chat", "llm": "deepseek-r1", "precision": "fp4", "pool": "main",
  "demand": {"utilisation_frac": 0.9}, "price": {"deck": "deepseek-r1-host", "paid_frac": 0.6}}]}
S
study() { # NAME AXES
    printf '{"schema_version": 1, "name": "%s", "base": "site.json", "design": "grid", "axes": [%s]}\n' "$1" "$2" >"$dir/$1.json"
}
study money '{"path": "site.tariff.energy_usd_per_mwh", "sweep": [30, 60]}, {"path": "workloads.chat.price.discount_frac", "sweep": [0.5, 1]},
 {"path": "economics.discount_rate_frac", "sweep": [0.08, 0.12]}'
study mixed '{"path": "site.tariff.energy_usd_per_mwh", "sweep": [30, 60]}, {"path": "site.weather.dry_bulb_shift_k", "sweep": [0, 2]},
 {"path": "fleet.main.count", "sweep": [720, 7200000]}'
for s in money mixed; do
    for how in "--jobs 1 --no-stages" "--jobs 1" "--jobs 2"; do
        store="$dir/$s.$(printf %s "$how" | tr -d ' -').sqlite"
        "$BIN" sweep "$dir/$s.json" $how --no-cache -o "$store" >/dev/null 2>&1 || true
        "$BIN" export "$store" --format jsonl
    done | sort | uniq -c | awk '{n[$1]++} END {for (k in n) print k, "times:", n[k], "points"}' | sed "s/^/$s /"
done
"$BIN" sweep "$dir/money.json" --jobs 1 --no-cache -o "$dir/e.sqlite" --explain-stages 2>/dev/null | sed -n 's/^\(year  *[0-9]*  *[0-9]*  *[0-9]*\).*/\1/p'
