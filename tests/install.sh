#!/bin/sh
# Installs below a scratch folder, builds a program of the stable face against the shared library and tests/embed.c,
# which knows the inside, against the static one,
# runs both on an installed scenario, looks at the manual, uninstalls and expects nothing left.
# usage: install.sh MAKE
set -eu
make=${1:-make}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
$make --no-print-directory install PREFIX="$root/usr"
PKG_CONFIG_PATH="$root/usr/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"
export PKG_CONFIG_PATH
cc=${CC:-gcc}
scenario=$root/usr/share/wattmill/scenarios/virginia-100mw-gb300.json
# shellcheck disable=SC2046
$cc -std=c11 -o "$root/shared" tests/embed/first.c $(pkg-config --cflags --libs wattmill)
# shellcheck disable=SC2046
$cc -std=c11 -o "$root/static" tests/embed.c $(pkg-config --cflags wattmill) "$root/usr/lib/libwattmill.a" \
    $(pkg-config --static --libs wattmill | sed 's/-lwattmill//')
LD_LIBRARY_PATH=$root/usr/lib "$root/shared" "$scenario" 2> /dev/null | grep 'USD/MWh'
"$root/static" "$scenario" 2> /dev/null | grep 'MUSD per MW'
PYTHONPATH=$root/usr/share/wattmill/python /usr/bin/python3 -c "import wattmill; print(wattmill.version())"
"$root/usr/bin/wattmill" check "$scenario"
grep -q '^.TH WATTMILL 1' "$root/usr/share/man/man1/wattmill.1"
$make --no-print-directory uninstall PREFIX="$root/usr"
left=$(find "$root/usr" ! -type d)
[ -z "$left" ] || { echo "left behind:"; echo "$left"; exit 1; }
echo "install: ok"
