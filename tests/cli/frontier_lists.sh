# the front is listed with its best point, once a series; all points as CSV; a plot on request
"$BIN" frontier -a h200,b200 -m llama-3.1-8b --speed-slo 40 > "${TMPDIR:-/tmp}/frontier.$$" || exit
grep -c ' best$' "${TMPDIR:-/tmp}/frontier.$$"
grep -c '^best: TP' "${TMPDIR:-/tmp}/frontier.$$"
rm -f "${TMPDIR:-/tmp}/frontier.$$"
"$BIN" frontier -a h200 -m llama-3.1-8b --precision all --format csv | cut -d, -f1 | uniq
"$BIN" frontier -a h200 -m llama-3.1-8b --speed-slo 40 --format csv | grep -c 'true$'
"$BIN" frontier -a h200,b200 -m llama-3.1-8b --plot | grep -q 'AAA' && echo drawn
