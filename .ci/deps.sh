#!/bin/sh
# Installs what wattmill needs with Debian's package manager; does nothing when all is there, uses
# sudo only when not root. Elsewhere it prints what to install.
# usage: deps.sh build|test
set -eu
build="gcc make tzdata pkg-config libc6-dev libgsl-dev libcjson-dev libcsv-dev nettle-dev libsqlite3-dev zlib1g-dev libxlsxwriter-dev libglpk-dev libnlopt-dev libmicrohttpd-dev gnuplot-nox fonts-dejavu-core"
test_only="check g++ python3 python3-jsonschema python3-openpyxl parallel sqlite3"
wanted=$build
[ "${1:-build}" = test ] && wanted="$build $test_only"

present() {
    case $1 in
    gcc) command -v "${CC:-gcc}" >/dev/null 2>&1 ;;
    g++) command -v "${CXX:-g++}" >/dev/null 2>&1 ;;
    gnuplot-nox) command -v gnuplot >/dev/null 2>&1 ;;
    make | pkg-config) command -v "$1" >/dev/null 2>&1 ;;
    *) [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ] ;;
    esac
}

if ! command -v apt-get >/dev/null 2>&1; then
    command -v pkg-config >/dev/null 2>&1 && pkg-config --exists gsl libcjson nettle sqlite3 zlib &&
        printf '#include <csv.h>\n' | "${CC:-cc}" -E - >/dev/null 2>&1 && exit 0
    echo "wattmill: no apt-get here. Please install: a C11 compiler, make, pkg-config," >&2
    echo "  GSL >= 2.7, cJSON >= 1.7, libcsv >= 3, nettle >= 3.4, SQLite >= 3.37, zlib, GLPK >= 5, gnuplot >= 5.4 with cairo;" >&2
    echo "  for the tests also Check >= 0.15, python3 and python3-jsonschema." >&2
    exit 1
fi

missing=
for p in $wanted; do present "$p" || missing="$missing $p"; done
[ -z "$missing" ] && exit 0
echo "wattmill: installing$missing" >&2
root=
[ "$(id -u)" = 0 ] || root=sudo
if [ -n "$root" ] && ! command -v sudo >/dev/null 2>&1; then
    echo "wattmill: please install as root:$missing" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# The package list may be old or missing on a fresh machine: try, then refresh and try again.
# shellcheck disable=SC2086
$root apt-get install -y --no-install-recommends $missing >/dev/null 2>&1 ||
    { $root apt-get update >/dev/null && $root apt-get install -y --no-install-recommends $missing; }
