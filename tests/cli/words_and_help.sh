# what a person tries first: letters, help of a verb, cut names, files instead of verbs, pipes, words in any case
TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$TMP"' EXIT
fail() { echo "FAIL: $*"; exit 1; }
demo=scenarios/virginia-100mw-gb300.json
study=scenarios/studies/cap-policy.json
"$BIN" --help > "$TMP/help"
for w in -h help; do "$BIN" $w | cmp -s - "$TMP/help" || fail "$w is not --help"; done
[ "$("$BIN" -V)" = "$("$BIN" --version)" ] || fail "-V"
"$BIN" run --help > "$TMP/run"
for w in 'help run' 'run -h' 'help ru' 'ru --hel'; do
    # shellcheck disable=SC2086
    "$BIN" $w | cmp -s - "$TMP/run" || fail "$w"
done
"$BIN" re x 2>&1 | grep -q '"re" may be report or replay' || fail "an ambiguous verb"
"$BIN" run $demo --no 2>&1 | grep -q '"--no" may be --no-range or --no-cache' || fail "an ambiguous option"
# the README shows what the program says
python3 - "$TMP/help" <<'PY' || fail "README and --help differ"
import sys
sys.exit(open(sys.argv[1]).read().rstrip() not in open("README.md", encoding="utf-8").read())
PY
# examples: every verb has one, and their options exist
sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p' "$TMP/help" | while read -r verb; do
    "$BIN" "$verb" --help | sed -n '/^Examples/,$s/^  wattmill //p' > "$TMP/examples"
    [ -s "$TMP/examples" ] || fail "$verb has no example"
    while read -r example; do
        # shellcheck disable=SC2086
        "$BIN" $example --help > /dev/null || fail "wattmill $example"
    done < "$TMP/examples"
done || exit 1
"$BIN" docs man > "$TMP/man"
for section in EXAMPLES FILES 'SEE ALSO' 'EXIT STATUS'; do
    grep -q "^\.SH $section" "$TMP/man" || fail "man page without $section"
done
# files where a verb should be, and a study where a scenario should be
"$BIN" $demo 2>&1 | grep -q "wattmill run $demo" || fail "a scenario without a verb"
"$BIN" $study 2>&1 | grep -q "wattmill sweep $study" || fail "a study without a verb"
"$BIN" run $study 2>&1 | grep -q "is no scenario but a study: wattmill sweep" || fail "a study given to run"
# standard input; several files
"$BIN" init "$TMP/a.json" --yes > /dev/null && "$BIN" init "$TMP/b.json" -a h100 --yes > /dev/null || fail init
"$BIN" check - < "$TMP/a.json" | grep -q '^-: ok' || fail "check -"
short='--set horizon.years=0.02 --quiet --no-range --no-cache --format csv'
# shellcheck disable=SC2086
"$BIN" run "$TMP/a.json" $short > "$TMP/file.csv" && "$BIN" run - $short < "$TMP/a.json" | cmp -s - "$TMP/file.csv" || fail "run -"
[ "$("$BIN" check $demo $study | wc -l)" = 2 ] || fail "check of two"
"$BIN" check $demo no-such-file.json > "$TMP/out" 2>/dev/null
[ $? = 5 ] && [ "$(wc -l < "$TMP/out")" = 1 ] || fail "one of two is missing"
# names without their kind
"$BIN" catalog h100 | cmp -s - /dev/null && fail "catalog h100"
[ "$("$BIN" catalog H100)" = "$("$BIN" catalog accelerators h100)" ] || fail "an entry without its kind"
"$BIN" catalog h10 2>&1 | grep -q 'did you mean "h100"' || fail "no suggestion of an entry"
for w in npv 'Shadow Price' 4cp E208 gb300 fleet.main.count; do
    "$BIN" explain "$w" > /dev/null || fail "explain $w"
done
"$BIN" explain shadow price | grep -q 'USD/MWh' || fail "two words"
"$BIN" explain e208 | grep -q 'remedy' || fail "no remedy"
# a table fits a terminal of 100 columns, and no word of it is lost
if command -v script > /dev/null; then
    script -qec "stty cols 100; '$BIN' catalog accelerators h100" /dev/null < /dev/null | tr -d '\r' > "$TMP/narrow"
    sed '1,/^$/d' "$TMP/narrow" | awk '{ if (length($0) > 100) bad = 1 } END { exit bad }' || fail "wider than the terminal"
    tr -s ' \n' '\n' < "$TMP/narrow" | sort > "$TMP/narrow.words"
    "$BIN" catalog accelerators h100 | tr -s ' \n' '\n' | sort | cmp -s - "$TMP/narrow.words" || fail "words are lost"
fi
# two sites by a share of capacity are compared, with a word about it
share='--set horizon.years=0.02 --no-bridge'
for f in a b; do
    python3 - "$TMP/$f.json" <<'PY'
import json, sys
d = json.load(open(sys.argv[1]))
d["workloads"][0]["demand"] = {"utilisation_frac": 0.5}
json.dump(d, open(sys.argv[1], "w"))
PY
done
# shellcheck disable=SC2086
"$BIN" compare "$TMP/a.json" "$TMP/b.json" $share > "$TMP/out" 2> "$TMP/err" || fail "shares are not compared"
[ "$(grep -c 'warning W934' "$TMP/err")" = 2 ] || fail "no word about shares"
echo "words and help: ok"
