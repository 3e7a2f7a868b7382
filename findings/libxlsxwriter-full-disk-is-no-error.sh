#!/bin/sh
# libxlsxwriter: no room for the files that a workbook is made from, and workbook_close() says LXW_NO_ERROR.
#
# Seen 2026-12-01 with libxlsxwriter 1.1.4 (Debian libxlsxwriter-dev 1.1.4-2+b1). Every part of a workbook is first written to a temporary
# file by stdio, then packed; the packing looks at errors, the writing does not. Here 20,000 texts need 0.9 MB as sharedStrings.xml and
# 0.1 MB packed, and no file may grow beyond 0.4 MB (a quota; a full /tmp does the same): the archive is sound to unzip, every function returned
# "no error", and the table of texts ends in the middle of one. A single block that is not written leaves XML that parses, whose texts are
# shifted to other cells. A caller that trusts the return value names a damaged file; looking into the parts, or making it twice, tells.
#
# Prints what it saw and exits 0; exits 1 when that changes.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download "libxlsxwriter-dev=1.1.4-2*" "libxlsxwriter4=1.1.4-2*" libminizip1 >/dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
lib=$(dirname "$(find root -name 'libxlsxwriter.so')")
cat >texts.c <<'C'
#include <signal.h>
#include <stdio.h>
#include <xlsxwriter.h>
int main(void)
{
    signal(SIGXFSZ, SIG_IGN); /* a write beyond the limit is an error of the call */
    lxw_workbook *book = workbook_new("texts.xlsx");
    lxw_worksheet *sheet = workbook_add_worksheet(book, NULL);
    for (int i = 0; i < 20000; i++) {
        char text[64];
        snprintf(text, sizeof text, "row %d of a table of many rows", i);
        worksheet_write_string(sheet, i, 0, text, NULL);
    }
    printf("%d", workbook_close(book));
    return 0;
}
C
cc -Iroot/usr/include texts.c -L"$lib" -lxlsxwriter -Wl,-rpath-link,"$lib" -o texts
export LD_LIBRARY_PATH="$tmp/$lib"
closed=$(bash -c 'ulimit -f 400 && ./texts')
seen=$(LD_LIBRARY_PATH= python3 - <<'P'
import xml.dom.minidom, zipfile
book = zipfile.ZipFile("texts.xlsx")
texts = book.read("xl/sharedStrings.xml")
try:
    xml.dom.minidom.parseString(texts)
    ending = "whole"
except Exception:
    ending = "cut"
print("archive", "damaged" if book.testzip() else "sound", "- texts", ending)
P
)
echo "libxlsxwriter 1.1.4, files of at most 400 kB: workbook_close() $closed (0 is LXW_NO_ERROR), $seen"
[ "$closed" = 0 ] && [ "$seen" = "archive sound - texts cut" ]
