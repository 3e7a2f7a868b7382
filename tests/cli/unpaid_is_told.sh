# Work that nobody pays for is refused by the margin and said so; a worth of its own, or another capping, serves it.
for more in "" "--set workloads.chat.price.worth_usd_per_mtok=1" "--set policy.capping=priority"; do
    # shellcheck disable=SC2086
    "$BIN" run scenarios/virginia-100mw-gb300.json --set workloads.chat.price.paid_frac=0 $more --format csv 2>&1 |
        awk -F, '/W914/ {print} $1 == "output_tok_served" || $1 == "revenue_usd" {print $1, ($2 > 0 ? "> 0" : "= 0")}'
done
