#!/bin/sh
# Runs the tests that are scripts, against the command given; closes with "N passed, N failed".
# tests/cli/NAME.sh runs with BIN set, from the top folder; its output, messages and exit status are
# compared with NAME.out, NAME.err and NAME.exit where these exist.
set -u
BIN=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
export BIN
# Debian's modules belong to Debian's python3, whatever another one is first in PATH.
[ ! -x /usr/bin/python3 ] || PATH=/usr/bin:$PATH
export PATH
tmp=$(mktemp -d)
XDG_CACHE_HOME=$tmp/cache # nothing of the user's, nothing into it
export XDG_CACHE_HOME
trap 'rm -rf "$tmp"' EXIT
passed=0
failed=0

verdict() {
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
        echo "ok   $1"
    else
        failed=$((failed + 1))
        echo "FAIL $1"
        sed 's/^/     /' "$tmp/log"
    fi
}

for script in tests/cli/*.sh; do
    [ -e "$script" ] || continue
    name=${script%.sh}
    sh "$script" >"$tmp/out" 2>"$tmp/err" </dev/null
    rc=$?
    bad=0
    : >"$tmp/log"
    wanted=0
    [ ! -e "$name.exit" ] || wanted=$(cat "$name.exit")
    [ "$rc" = "$wanted" ] || { echo "exit $rc, expected $wanted" >>"$tmp/log"; bad=1; }
    [ ! -e "$name.out" ] || diff "$name.out" "$tmp/out" >>"$tmp/log" || bad=1
    [ ! -e "$name.err" ] || diff "$name.err" "$tmp/err" >>"$tmp/log" || bad=1
    [ "$bad" -eq 0 ] || cat "$tmp/out" "$tmp/err" >>"$tmp/log"
    verdict "$script" "$bad"
done

for step in "layers.sh $(dirname "$BIN")" "bad.sh $BIN check" "golden.sh $BIN check" "determinism.sh $BIN" \
    "docs.sh $BIN check"; do
    # shellcheck disable=SC2086
    sh tests/$step >"$tmp/log" 2>&1
    verdict "tests/$step" $?
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
