# a full disk (here: a limit on files) is one clear error; the store stays valid and can go on
dir=$(mktemp -d)
study=tests/studies/grid.json
(ulimit -f 250 && "$BIN" sweep $study -o "$dir/s.sqlite" --quiet 2>"$dir/err")
echo "exit $?"
grep -c 'error' "$dir/err"
grep -o 'committed before stays valid' "$dir/err"
sqlite3 "$dir/s.sqlite" 'PRAGMA integrity_check'
"$BIN" sweep $study -o "$dir/s.sqlite" --quiet | sed 's|in /.*sqlite|in STORE|'
rm -rf "$dir"
