#!/bin/sh
# Runs the tests that are scripts, against the command given, as many at a time as there are processors; closes with
# "N passed, N failed". tests/cli/NAME.sh runs with BIN set, from the top folder; its output, messages and exit status are
# compared with NAME.out, NAME.err and NAME.exit where these exist.
# usage: shell.sh BIN
set -u

# One script: its verdict as $2/NAME.bad (0 or 1), what to show as $2/NAME.log
one() {
    name=${1%.sh}
    to=$2/${name##*/}
    sh "$1" >"$to.out" 2>"$to.err" </dev/null
    rc=$?
    bad=0
    : >"$to.log"
    wanted=0
    [ ! -e "$name.exit" ] || wanted=$(cat "$name.exit")
    [ "$rc" = "$wanted" ] || { echo "exit $rc, expected $wanted" >>"$to.log"; bad=1; }
    [ ! -e "$name.out" ] || diff "$name.out" "$to.out" >>"$to.log" || bad=1
    [ ! -e "$name.err" ] || diff "$name.err" "$to.err" >>"$to.log" || bad=1
    [ "$bad" -eq 0 ] || cat "$to.out" "$to.err" >>"$to.log"
    echo $bad >"$to.bad"
}
if [ "${2:-}" = --one ]; then
    one "$3" "$4"
    exit 0
fi

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
        sed 's/^/     /' "$3"
    fi
}

jobs=$(nproc 2>/dev/null || echo 2)
ls tests/cli/*.sh | xargs -P "$jobs" -I '{}' sh "$0" "$1" --one '{}' "$tmp"
for script in tests/cli/*.sh; do
    name=${script##*/}
    name=${name%.sh}
    verdict "$script" "$(cat "$tmp/$name.bad" 2>/dev/null || echo 1)" "$tmp/$name.log"
done

for step in "layers.sh $(dirname "$BIN")" "bad.sh $BIN check" "golden.sh $BIN check" "determinism.sh $BIN" \
    "docs.sh $BIN check"; do
    # shellcheck disable=SC2086
    sh tests/$step >"$tmp/log" 2>&1
    verdict "tests/$step" $? "$tmp/log"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
