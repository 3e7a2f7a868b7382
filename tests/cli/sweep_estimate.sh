# what a dry run foretells is what a run takes, within a third: bytes of good points, and of bad ones
# with their messages; a path of 70 parts and a sequence that ends are refused, not met on the way
dir=$(mktemp -d)
export XDG_CACHE_HOME="$dir"
cat >"$dir/bad.json" <<J
{ "schema_version": 1, "name": "bad", "base": "$PWD/tests/studies/small.json",
  "axes": [ { "path": "workloads.chat.slo.tok_per_s_per_user",
              "sweep": { "from": 50000, "to": 60000, "n": 1000 } } ] }
J
for study in tests/studies/grid.json "$dir/bad.json"; do
    foretold=$("$BIN" sweep "$study" --dry-run 2>/dev/null | sed -n 's/^disk *\([0-9.]*\) MB.*/\1/p')
    "$BIN" sweep "$study" -o "$dir/s.sqlite" --quiet >/dev/null 2>&1
    awk "BEGIN { r = 1e6 * $foretold / $(wc -c <"$dir/s.sqlite"); print (r > 0.67 && r < 1.5) ? \"foretold\" : r }"
    rm "$dir/s.sqlite"
done
deep=$(printf 'x.%.0s' $(seq 70))b=1
"$BIN" sweep tests/studies/grid.json --set "$deep" 2>&1 | sed 's/"x.*"/PATH/'
"$BIN" check tests/studies/small.json --set "$deep" 2>&1 | sed 's/"x.*"/PATH/'
"$BIN" sweep tests/studies/grid.json --set "site.name=$(printf '[%.0s' $(seq 40))$(printf ']%.0s' $(seq 40))" 2>&1
rm -rf "$dir"
