#!/bin/sh
# Runs the tests that are scripts, against the command given, as many at a time as there are processors; closes with
# "N passed, N failed". tests/cli/NAME.sh runs with BIN set, from the top folder; its output, messages and exit status are
# compared with NAME.out, NAME.err and NAME.exit where these exist.
# usage: shell.sh BIN
set -u

# One script: its verdict as $2/NAME.bad (0 or 1), what to show as $2/NAME.log
one() {
    case $1 in
    tests/cli/*) run=$1 ;;
    *) run=tests/$1 ;; # of the whole tree, with arguments
    esac
    name=${run%.sh*}
    to=$2/${name##*/}
    # shellcheck disable=SC2086
    sh $run >"$to.out" 2>"$to.err" </dev/null
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

# The longest first, so that none is left over at the end while the other processors rest.
first='fuzz claims_curve import_tariff money_cases site_clock levers scenarios_run'
jobs=$(nproc 2>/dev/null || echo 2)
whole="golden.sh $BIN check|determinism.sh $BIN|bad.sh $BIN check|docs.sh $BIN check|layers.sh $(dirname "$BIN")"
{
    for name in $first; do ls "tests/cli/$name.sh"; done
    printf '%s\n' "$whole" | tr '|' '\n'
    ls tests/cli/*.sh | grep -vE "/($(echo $first | tr ' ' '|'))\.sh$"
} >"$tmp/all"
xargs -P "$jobs" -d '\n' -I '{}' sh "$0" "$1" --one '{}' "$tmp" <"$tmp/all"
sort "$tmp/all" | while read -r script rest; do echo "${script#tests/}"; done >"$tmp/names"
while read -r script; do
    name=${script##*/}
    name=${name%.sh}
    verdict "tests/$script" "$(cat "$tmp/$name.bad" 2>/dev/null || echo 1)" "$tmp/$name.log"
done <"$tmp/names"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
