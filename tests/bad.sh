#!/bin/sh
# Broken scenarios: `BIN check FILE` must print exactly the diagnostics of FILE's .err on stderr and
# exit with 3 (or what stands in .exit). `sh tests/bad.sh BIN write` rewrites the .err files: review.
set -u
bin=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
mode=${2:-check}
cd "$(dirname "$0")/bad" || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
failed=0
n=0

fail() {
    echo "bad: $*" >&2
    failed=1
}

for file in *.json; do
    name=${file%.json}
    n=$((n + 1))
    want_exit=3
    [ -f "$name.exit" ] && want_exit=$(cat "$name.exit")
    "$bin" check "$file" >"$tmp/out" 2>"$tmp/err"
    got=$?
    [ "$got" = "$want_exit" ] || fail "$name: exit $got, expected $want_exit"
    if [ "$mode" = write ]; then
        cp "$tmp/err" "$name.err"
    elif ! diff -u "$name.err" "$tmp/err"; then
        fail "$name: other diagnostics"
    fi
done

# Generated cases: NAME, expected exit, a text that stderr must hold; the file is $tmp/NAME.json.
expect() {
    n=$((n + 1))
    (cd "$tmp" && "$bin" check "$1.json" >out 2>err)
    got=$?
    [ "$got" = "$2" ] || fail "$1: exit $got, expected $2"
    grep -q -- "$3" "$tmp/err" || { fail "$1: no \"$3\" in:"; head -5 "$tmp/err" >&2; }
    [ "$(wc -l <"$tmp/err")" -le 3 ] || fail "$1: more than one clear error"
}

head -c 100000 /dev/zero | tr '\0' '[' >"$tmp/brackets.json"
expect brackets 3 'brackets.json:1:65: error E201: nested deeper than 64'
head -c 120 e204_percent.json >"$tmp/truncated.json"
expect truncated 3 'error E201'
printf '{"schema_version": 1, "name": "\377"}' >"$tmp/utf8.json"
expect utf8 3 'utf8.json:1:32: error E201: bytes that are not UTF-8'
printf '\357\273\277{}' >"$tmp/bom.json"
expect bom 3 'byte-order mark'
printf '{"name": "a\tb"}' >"$tmp/control.json"
expect control 3 'raw control character'
printf '{} {}' >"$tmp/trailing.json"
expect trailing 3 'trailing.json:1:4: error E201: text after the end'
printf '[]' >"$tmp/array.json"
expect array 3 'error E205'
expect no_such_file 5 'no_such_file.json: error E102: cannot be read'
mkdir "$tmp/folder.json"
expect folder 5 'error E102'
for number in 01 1. .5 -a +1 1e 0x1 Infinity; do
    printf '{"seed": %s}' "$number" >"$tmp/number.json"
    expect number 3 'number.json:1:1[0-9]*: error E201'
done

[ "$failed" = 0 ] && echo "bad: $n broken inputs ok"
exit "$failed"
