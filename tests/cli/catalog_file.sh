# --catalog adds and changes entries for every verb that reads a scenario; mistakes keep their place
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cat >"$dir/mine.json" <<'X'
{ "price_decks": {
    "mine": { "base": "deepseek-r1-host", "output_usd_per_mtok": 1, "source": "own quote", "as_of": "2026-11-01" } } }
X
cat >"$dir/bad.json" <<'X'
{ "price_deks": {},
  "price_decks": { "mine": { "output_usd_per_mtok": "dear" } } }
X
cat >"$dir/worse.json" <<'X'
{ "price_decks": { "mine": { "base": "deepseek-r1-host", "output_usd_per_mtok": -1 } } }
X
demo=scenarios/virginia-100mw-gb300.json
"$BIN" catalog price_decks mine --catalog "$dir/mine.json" | sed -n '1p;3,4p;$p'
"$BIN" run "$demo" --catalog "$dir/mine.json" --set workloads.chat.price.deck=mine --format csv >"$dir/a"
"$BIN" run "$demo" --set workloads.chat.price.deck=deepseek-r1-host --format csv >"$dir/b"
grep '^power_cost_usd,' "$dir/a" >"$dir/pa"; grep '^power_cost_usd,' "$dir/b" >"$dir/pb"
cmp "$dir/pa" "$dir/pb" && echo "the same power bill"
cmp -s "$dir/a" "$dir/b" || echo "another revenue"
cd "$dir" || exit 1
"$BIN" catalog --catalog bad.json; echo "exit $?"
"$BIN" catalog price_decks --catalog worse.json; echo "exit $?"
"$BIN" check "$OLDPWD/$demo" --catalog missing.json 2>/dev/null; echo "exit $?"
