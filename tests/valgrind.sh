#!/bin/sh
# The demo and the unit tests under valgrind: no error, no leak.
# usage: valgrind.sh BIN DEMO TEST...
set -eu
bin=$1
demo=$2
shift 2
if ! command -v valgrind >/dev/null 2>&1; then
    echo "SKIP valgrind is not installed"
    exit 0
fi
check="valgrind -q --error-exitcode=9 --leak-check=full"
$check "$bin" run "$demo" --format json --quiet >/dev/null
echo "ok   demo"
for t in "$@"; do
    CK_FORK=no CK_DEFAULT_TIMEOUT=0 $check "$t" >/dev/null
    echo "ok   ${t##*/}"
done
