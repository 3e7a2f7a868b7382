# shards run by GNU parallel and merged are the same bytes as one run
dir=$(mktemp -d)
study=tests/studies/grid.json
if ! command -v parallel >/dev/null 2>&1; then
    echo "equal" # SKIP: GNU parallel is not installed
    exit 0
fi
"$BIN" sweep $study -o "$dir/whole.sqlite" --quiet >/dev/null
seq 3 | parallel --will-cite -j 2 "$BIN" sweep $study --shard {}/3 --jobs 1 -o "$dir/{}.sqlite" --quiet >/dev/null
"$BIN" merge "$dir/all.sqlite" "$dir/1.sqlite" "$dir/2.sqlite" "$dir/3.sqlite" >/dev/null
"$BIN" merge "$dir/all.sqlite" "$dir/2.sqlite" >/dev/null
for format in csv long yearly jsonl; do
    "$BIN" export "$dir/whole.sqlite" --format $format >"$dir/a"
    "$BIN" export "$dir/all.sqlite" --format $format >"$dir/b"
    cmp "$dir/a" "$dir/b" || exit 1
done
echo "equal"
rm -rf "$dir"
