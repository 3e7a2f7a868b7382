# what a planner met: names in part, folders of results, wide entries, prices of another unit, words as other programs take them
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
demo=scenarios/virginia-100mw-gb300.json
for name in 4CP FP8; do "$BIN" explain "$name" >/dev/null 2>&1 && echo "$name is known"; done
"$BIN" check $demo --set site.tariff=4CP 2>&1 | grep -o 'did you mean.*'
for name in "H100 SXM" Rubin "Llama-3.1-70B-Instruct" "deepseek-ai/DeepSeek-R1"; do "$BIN" catalog "$name" >/dev/null 2>&1 && echo "\"$name\" is an entry"; done
"$BIN" run $demo --set horizon.years=0.02 -q -o "$tmp/r" >/dev/null 2>&1
"$BIN" report "$tmp/r" -o "$tmp/r.html" 2>&1 | head -n 1 | sed "s|$tmp/||g"
for set in site.tariff.energy_usd_per_mwh=0.055 site.tariff.demand_usd_per_kw_month=0.013 site.carbon.kg_per_mwh=0.35; do
    "$BIN" check $demo --set $set 2>&1 | grep -c W910
done
if command -v script >/dev/null; then
    script -qc "stty cols 100; $BIN catalog tariffs us-time-of-use" /dev/null </dev/null | tr -d '\r' | awk '!/^  (source|notes)/ && length($0) > 100 { n++ } END { print n + 0, "lines of a table wider than the terminal" }'
else echo "0 lines of a table wider than the terminal"; fi
"$BIN" schema | head -c 1 >/dev/null && echo "a closed pipe is no error"
for word in -h -V "help run" "run -h"; do "$BIN" $word >/dev/null 2>&1 && echo "$word: exit 0"; done
"$BIN" $demo 2>&1 | head -n 1 | grep -o 'did you mean.*'
"$BIN" run scenarios/studies/demo-monte-carlo.json 2>&1 | head -n 1 | sed 's/.*: wattmill/wattmill/'
for set in "workloads.0.demand.output_tok_per_s=25M" "site.ceiling.limit_mw=150 MW" "site.tariff.energy_usd_per_mwh=5.5 c/kWh"; do "$BIN" check $demo --set "$set" >/dev/null 2>&1 && echo "$set: taken"; done
printf '{"tariffs":{"X":{"base":"us-large-load","energy_usd_per_mwh":-5000}}}' >"$tmp/t.json"
"$BIN" check $demo --catalog "$tmp/t.json" --set site.tariff=X 2>&1 | grep -c 'error E'
