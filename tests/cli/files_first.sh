#!/bin/sh
# What is written never destroys what is there: closed descriptors, outputs that are inputs or no regular
# files, two runs in one folder, links in the way of temporary names, files of another run beside a result.
set -u
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
fail() { echo "FAIL: $*"; exit 1; }
demo=scenarios/virginia-100mw-gb300.json
hopper=scenarios/virginia-100mw-hopper.json
short='--set horizon.years=0.02 --quiet --no-cache'

# a store survives a closed standard error
"$BIN" sweep tests/studies/grid.json -o "$dir/s.sqlite" --quiet >/dev/null || fail "sweep"
"$BIN" sweep tests/studies/grid.json -o "$dir/s.sqlite" >/dev/null 2>&- || fail "resumed without stderr"
"$BIN" export "$dir/s.sqlite" >"$dir/good.csv" || fail "the store is damaged"

# an export never replaces its store, nor anything that is no regular file
"$BIN" export "$dir/s.sqlite" -o "$dir/s.sqlite" 2>/dev/null && fail "the store replaced itself"
"$BIN" export "$dir/s.sqlite" >/dev/null || fail "the store is lost"
mkfifo "$dir/pipe"
cat "$dir/pipe" >"$dir/piped.csv" &
"$BIN" export "$dir/s.sqlite" -o "$dir/pipe" || fail "export into a pipe"
wait
[ -p "$dir/pipe" ] || fail "the pipe was replaced"
cmp -s "$dir/piped.csv" "$dir/good.csv" || fail "the pipe got something else"

# a finished store is read where nothing can be written
mkdir "$dir/shelf"
cp "$dir/s.sqlite" "$dir/shelf/s.sqlite"
chmod 444 "$dir/shelf/s.sqlite"
chmod 555 "$dir/shelf"
"$BIN" export "$dir/shelf/s.sqlite" | cmp -s - "$dir/good.csv" || fail "read-only store"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    chmod 755 "$dir"
    cp "$BIN" "$dir/wattmill"
    setpriv --reuid 65534 --clear-groups "$dir/wattmill" export "$dir/shelf/s.sqlite" | cmp -s - "$dir/good.csv" ||
        fail "read-only store of another user"
fi

# a store whose dictionary is a view is none of ours
cp "$dir/s.sqlite" "$dir/h.sqlite"
sqlite3 "$dir/h.sqlite" "ALTER TABLE metric_key RENAME TO mk; CREATE VIEW metric_key AS SELECT * FROM mk"
"$BIN" export "$dir/h.sqlite" >/dev/null 2>"$dir/err"
[ $? = 5 ] && grep -q E503 "$dir/err" || fail "a view was believed"
cp "$dir/s.sqlite" "$dir/i.sqlite"
sqlite3 "$dir/i.sqlite" "UPDATE metric_key SET id=4611686018427387904 WHERE id=(SELECT max(id) FROM metric_key)"
"$BIN" export "$dir/i.sqlite" >/dev/null 2>"$dir/err"
[ $? = 5 ] && grep -q E503 "$dir/err" || fail "a huge id was believed"

# an axis of more texts than a screen has lines keeps them all
{
    printf '{"schema_version":1,"name":"models","base":"%s/tests/studies/small.json","design":"grid",' "$PWD"
    printf '"axes":[{"path":"name","sweep":["a0"'
    for i in $(seq 1 39); do printf ',"a%s"' "$i"; done
    printf ']},{"path":"site.tariff.energy_usd_per_mwh","sweep":[30,60]}]}'
} >"$dir/models.json"
"$BIN" sweep "$dir/models.json" -o "$dir/t.sqlite" --quiet >/dev/null || fail "axis of texts"
[ "$("$BIN" export "$dir/t.sqlite" --response npv_usd --format csv | grep -c '^name,a')" = 40 ] || fail "texts in tenths"
"$BIN" export "$dir/t.sqlite" --tornado npv_usd --format csv | grep -q ' to ' && fail "texts have no range"

# a workbook that came out cut, or could not be begun, never gets its name
if "$BIN" export "$dir/s.sqlite" --format xlsx -o "$dir/whole.xlsx" 2>/dev/null; then
    (ulimit -f 100 && "$BIN" export "$dir/s.sqlite" --format xlsx -o "$dir/cut.xlsx" 2>/dev/null) &&
        fail "a cut workbook passes"
    refused=0
    for n in 4 5 6 8 10; do
        prlimit --nofile=$n "$BIN" export "$dir/s.sqlite" --format xlsx -o "$dir/cut.xlsx" >/dev/null 2>&1
        case $? in
        5) refused=1 ;;
        0) cmp -s "$dir/cut.xlsx" "$dir/whole.xlsx" && rm "$dir/cut.xlsx" || fail "a workbook without descriptors" ;;
        *) fail "a workbook with $n descriptors" ;;
        esac
    done
    [ $refused = 1 ] || fail "no workbook had too few descriptors"
    [ -z "$(ls "$dir" | grep '^cut')" ] || fail "something is left of the cut workbook"
fi

# an import that cannot be written leaves what was there, and never takes the place of what it reads
printf '{"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":4096,"intermediate_size":14336,"num_attention_heads":32,
"num_hidden_layers":32,"num_key_value_heads":8,"vocab_size":128256,"torch_dtype":"bfloat16"}' >"$dir/config.json"
echo precious >"$dir/llm.json"
(ulimit -f 0 && "$BIN" import llm "$dir/config.json" --name m -o "$dir/llm.json" 2>/dev/null)
[ $? = 5 ] && [ "$(cat "$dir/llm.json")" = precious ] || fail "an import without room"
cp "$dir/config.json" "$dir/read.json"
"$BIN" import llm "$dir/read.json" --name m -o "$dir/read.json" 2>/dev/null
[ $? = 2 ] && cmp -s "$dir/config.json" "$dir/read.json" || fail "an import onto what it reads"

# parts of a study say so
"$BIN" sweep tests/studies/grid.json --shard 1/4 -o "$dir/p.sqlite" --quiet >/dev/null || fail "shard"
"$BIN" export "$dir/p.sqlite" --summary -m npv_usd 2>&1 >/dev/null | grep -q 'W952.*holds 1[23] of 50 points' ||
    fail "a part passes for the whole"
[ -z "$("$BIN" export "$dir/p.sqlite" --partial --summary -m npv_usd 2>&1 >/dev/null)" ] || fail "--partial speaks"
"$BIN" merge "$dir/m.sqlite" "$dir/p.sqlite" 2>/dev/null | grep -q '1[23] of 50 points' || fail "merge"
"$BIN" report "$dir/p.sqlite" 2>/dev/null | grep -q 'Incomplete: 1[23] of 50 points' || fail "page of a part"

# one run at a time in a folder; a link in the way is not followed
# shellcheck disable=SC2086
"$BIN" run $demo $short -o "$dir/run" >/dev/null || fail "run -o"
if command -v flock >/dev/null; then
    flock "$dir/run" "$BIN" run $demo --quiet -o "$dir/run" >/dev/null 2>"$dir/err"
    [ $? = 5 ] && grep -q 'another run' "$dir/err" || fail "two runs in one folder"
fi
echo precious >"$dir/target"
ln -s "$dir/target" "$dir/run/result.json.tmp"
touch "$dir/run/series.csv.1234-0.tmp"
# shellcheck disable=SC2086
"$BIN" run $demo $short -o "$dir/run" >/dev/null || fail "run again"
[ "$(cat "$dir/target")" = precious ] || fail "a link was followed"
[ ! -e "$dir/run/series.csv.1234-0.tmp" ] || fail "what a killed run left is still there"

# files of another run are not taken for a result's own
# shellcheck disable=SC2086
"$BIN" run $hopper $short --format json >"$dir/run/result.json"
"$BIN" report "$dir/run/result.json" --quick 2>"$dir/err" >"$dir/page.html" || fail "report"
grep -q 'W922.*energy_flow.csv' "$dir/err" || fail "another run's figure"
grep -q '<svg' "$dir/page.html" && fail "another run's figure was drawn"

# a result of another version is told; other units are left out
sed 's/"version": "[^"]*"/"version": "9.9.9"/; 0,/"unit": "USD"/s//"unit": "EUR"/' "$dir/run/result.json" >"$dir/b.json"
"$BIN" compare "$dir/run/result.json" "$dir/b.json" 2>&1 >/dev/null | grep -q 'W922.*version 9.9.9' || fail "another version"

# a page without figures is still a page
mkdir "$dir/empty"
PATH=$dir/empty "$BIN" report $demo --quick 2>/dev/null >"$dir/page.html"
[ $? = 5 ] && grep -q '</html>' "$dir/page.html" || fail "no page without gnuplot"

# a reader that leaves is no mistake
(
    "$BIN" schema 2>"$dir/err"
    true
) | head -c 10 >/dev/null
[ ! -s "$dir/err" ] || fail "a closed pipe: $(cat "$dir/err")"
echo "files first: ok"
