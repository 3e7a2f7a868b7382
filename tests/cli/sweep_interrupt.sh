# Ctrl-C: the points that run are finished and kept, exit 130, the same command goes on. A point of a year takes
# tens of ms: neither none nor all are done in 0.4 s.
dir=$(mktemp -d)
study=tests/studies/grid.json
"$BIN" sweep $study -o "$dir/s.sqlite" --no-stages --jobs 1 --set horizon.years=1 >"$dir/out" 2>"$dir/err" &
pid=$!
sleep 0.4
kill -INT $pid
wait $pid
echo "exit $?"
grep -c 'goes on from here' "$dir/err"
before=$(sed -n 's/.*: \([0-9]*\) of 50 points.*/\1/p' "$dir/out")
stored=$("$BIN" export "$dir/s.sqlite" | sed 1d | wc -l)
[ "$before" -eq "$stored" ] && [ "$before" -gt 0 ] && [ "$before" -lt 50 ] && echo "kept what was done"
"$BIN" sweep $study -o "$dir/s.sqlite" --no-stages --set horizon.years=1 --quiet | sed 's|in /.*sqlite|in STORE|'
rm -rf "$dir"
