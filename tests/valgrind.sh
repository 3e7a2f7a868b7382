#!/bin/sh
# The demo and the unit tests under valgrind: no error, no leak. Two programs at a time; of those that run many
# years or requests, every fifth test: the others run the same code with other numbers.
# usage: valgrind.sh BIN DEMO TEST...
set -eu
if ! command -v valgrind >/dev/null 2>&1; then
    echo "SKIP valgrind is not installed"
    exit 0
fi
check="valgrind -q --error-exitcode=9 --leak-check=full"
if [ "${1#--one=}" != "$1" ]; then
    t=${1#--one=}
    name=${t##*/test_}
    every=1
    case $name in
    calibrate | claims | classes | climates | cooling | facility | generate | onsite | outages | provision | replica | \
        requests | run | run_finance | study_run | study_stats | table_cache) every=5 ;;
    esac
    out=$(mktemp)
    if WATTMILL_TESTS_EVERY=$every CK_FORK=no CK_DEFAULT_TIMEOUT=0 $check "$t" >"$out" 2>&1; then
        echo "ok   $name"
        rm -f "$out"
        exit 0
    fi
    echo "FAIL $name"
    tail -60 "$out"
    rm -f "$out"
    exit 1
fi
bin=$1
demo=$2
shift 2
$check "$bin" run "$demo" --no-cache --format json --quiet >/dev/null
echo "ok   demo"
printf '%s\n' "$@" | xargs -P 2 -I{} sh "$0" --one={}
