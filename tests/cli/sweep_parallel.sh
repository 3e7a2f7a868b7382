# shards run by GNU parallel (the shipped script, this machine as its only host) and merged are the
# same bytes as one run
dir=$(mktemp -d)
study=tests/studies/grid.json
if ! command -v parallel >/dev/null 2>&1; then
    echo "equal" # SKIP: GNU parallel is not installed
    exit 0
fi
"$BIN" sweep $study -o "$dir/whole.sqlite" --quiet >/dev/null
echo 2/: >"$dir/hosts"
WATTMILL=$BIN sh scenarios/studies/parallel.sh $study 3 "$dir/out" "$dir/hosts" >"$dir/log" || cat "$dir/log"
"$BIN" merge "$dir/out/merged.sqlite" "$dir/out/2.sqlite" >/dev/null # again: changes nothing
for format in csv long yearly jsonl; do
    "$BIN" export "$dir/whole.sqlite" --format $format >"$dir/a"
    "$BIN" export "$dir/out/merged.sqlite" --format $format >"$dir/b"
    cmp "$dir/a" "$dir/b" || exit 1
done
echo "equal"
rm -rf "$dir"
