# sites of init lie inside what clouds report per MW, and file and screen say so where their prices were
# reduced; no rate is a share of capacity, so two of them can be compared
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
for pair in "gb300-nvl72 deepseek-r1" "vr200-nvl72 gpt-oss-20b" "h100 llama-3.1-70b" "mi355x kimi-k2" "b200 qwen3-32b"; do
    set -- $pair
    told=$("$BIN" init "$dir/$1.json" --yes -a "$1" -m "$2" | grep -c 'market_frac')
    "$BIN" run "$dir/$1.json" --quiet --no-range --assert 'revenue_usd_per_mw_utility_year>6e6' \
        --assert 'revenue_usd_per_mw_utility_year<30e6' > "$dir/screen" || echo "$pair: outside"
    [ "$told" = "$(grep -c '(market)' "$dir/screen")" ] || echo "$pair: reduced and not said"
    [ "$told" = "$(grep -c market_frac "$dir/$1.json")" ] || echo "$pair: told and not written"
done
# one that cannot be inside says so
"$BIN" init "$dir/short.json" --yes -a mi300x -m gpt-moe-1.8t | grep -oE 'of the least that clouds report'
[ "$told" = 1 ] || echo "nothing was reduced"
"$BIN" compare "$dir/h100.json" "$dir/mi355x.json" --quiet > /dev/null && echo "compared"
