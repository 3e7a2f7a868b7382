# a second process on the same store says why it does not write, or waits
dir=$(mktemp -d)
study=tests/studies/grid.json
"$BIN" sweep $study -o "$dir/s.sqlite" --no-stages --jobs 1 --set horizon.years=0.2 --quiet >/dev/null &
pid=$!
while [ ! -e "$dir/s.sqlite" ]; do sleep 0.02; done
sleep 0.1
"$BIN" sweep $study -o "$dir/s.sqlite" --no-stages --set horizon.years=0.2 --wait 0 --quiet 2>"$dir/err"
echo "exit $?"
sed 's|.*E504: [^ ]*|E504|' "$dir/err"
"$BIN" sweep $study -o "$dir/s.sqlite" --no-stages --set horizon.years=0.2 --wait 100 --quiet | sed 's|in /.*sqlite|in STORE|'
wait $pid
echo "first: $?"
rm -rf "$dir"
