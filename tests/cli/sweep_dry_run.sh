# a million points are counted at once, nothing is written
dir=$(mktemp -d)
cat >"$dir/million.json" <<J
{ "schema_version": 1, "name": "million", "base": "$PWD/tests/studies/small.json",
  "axes": [ { "path": "site.tariff.energy_usd_per_mwh", "sweep": { "from": 1, "to": 1000, "step": 1 } },
            { "path": "site.carbon.kg_per_mwh", "sweep": { "from": 1, "to": 1000, "n": 1000 } } ] }
J
cd "$dir" || exit 9
"$BIN" sweep million.json --dry-run --jobs 2 | sed -e 's/^time .*/time T/' -e 's/^disk .*/disk D/'
"$BIN" sweep million.json --dry-run --shard 2/3 | sed -n 2p
ls
rm -rf "$dir"
