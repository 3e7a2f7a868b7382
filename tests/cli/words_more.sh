# words of planners in any case, files of nearly that name, and fish
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
n=0
for word in NPV irr DSCR lcot LCOE payback hurdle WACC MACRS depreciation "residual value" "property tax" "power share" "definition b" ledger tco opex CapEx PPA rec "24/7" "time to power" \
    "shadow price" "stranded power" curtailment "demand response" 4cp 5CP "demand charge" ratchet "take or pay" LMP tou "behind the meter" BESS pue WUE cue ERE nameplate tdp 2N "n+1" ups \
    "wet bulb" "scope 2" egrid max_p MAX_LPS TTFT tpot slo prefill decode interactivity "tok/s/user" "tokens per watt" "batch size" concurrency "operating point" "KV cache" mtp \
    disaggregation goodput mfu MTBF "cached tokens" "token price" p90 "monte carlo" sobol tornado "break-even" E208 e208 GB300 "H100 SXM" Chat; do
    "$BIN" explain "$word" >"$tmp/o" 2>&1 && [ -s "$tmp/o" ] && n=$((n + 1)) || echo "not known: $word"
done
echo "$n words explained"
mkdir "$tmp/d" && cp scenarios/virginia-100mw-gb300.json "$tmp/d/my-site.json" && touch "$tmp/d/my-sites.json"
for file in my-site.jsn my-sitte.json mysite.json other.json; do "$BIN" run "$tmp/d/$file" 2>&1 | head -n 1 | sed "s|$tmp/d/||"; done
"$BIN" completion fish >"$tmp/fish"
grep -c "^complete -c wattmill " "$tmp/fish" | awk '{ print ($1 > 150 ? "fish: all verbs and options" : "fish: " $1 " lines") }'
grep -m 1 "seen_subcommand_from run' -l set " "$tmp/fish"
grep -m 1 "seen_subcommand_from import' -l accelerator" "$tmp/fish"
grep -q "^set -g _wattmill_llms '.*deepseek-r1 " "$tmp/fish" && echo "entries are there"
if command -v fish >/dev/null; then fish -n "$tmp/fish" && echo "fish reads it"; else echo "fish reads it"; fi
"$BIN" docs parameters | grep -E '^## Study|^\| `axes.N.dist`' | cut -c 1-40
