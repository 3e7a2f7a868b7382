# killed at random moments, gone on with: the store exports as if nothing had happened
# N_KILLS=20 for the long form (make check-faults)
dir=$(mktemp -d)
study=tests/studies/grid.json
"$BIN" sweep $study -o "$dir/whole.sqlite" --quiet >/dev/null || exit 9
"$BIN" export "$dir/whole.sqlite" >"$dir/whole.csv"
kills=0
rounds=0
while [ "$kills" -lt "${N_KILLS:-3}" ] && [ "$rounds" -lt 200 ]; do
    rounds=$((rounds + 1))
    "$BIN" sweep $study -o "$dir/killed.sqlite" --quiet >/dev/null 2>&1 &
    pid=$!
    sleep "0.$(od -An -N1 -tu1 /dev/urandom | awk '{ printf "%03d", 5 + $1 }')"
    kill -9 $pid 2>/dev/null && kills=$((kills + 1))
    wait $pid 2>/dev/null
    # a finished study starts over, so that every kill has something to hit
    [ -e "$dir/killed.sqlite" ] || continue # killed before it was made
    n=$(sqlite3 "$dir/killed.sqlite" 'SELECT count(*) FROM point')
    [ "$n" -lt 50 ] || [ "$kills" -ge "${N_KILLS:-3}" ] || rm -f "$dir"/killed.sqlite*
done
"$BIN" sweep $study -o "$dir/killed.sqlite" --quiet | sed "s|in /.*sqlite|in STORE|"
"$BIN" export "$dir/killed.sqlite" >"$dir/killed.csv"
cmp "$dir/whole.csv" "$dir/killed.csv" && echo "equal after ${kills} kills" | sed "s/ ${N_KILLS:-3} / all /"
rm -rf "$dir"
