#!/bin/sh
# Writes the pages that are derived from tables, or fails when one is out of date.
# usage: docs.sh BIN write|check
set -eu
bin=$1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$bin" schema >"$tmp/scenario.schema.json"
"$bin" schema study >"$tmp/study.schema.json"
for page in parameters metrics errors; do
    "$bin" docs "$page" >"$tmp/$page.md"
done
python3 tests/models_md.py >"$tmp/models.md"
rc=0
for f in scenario.schema.json study.schema.json parameters.md metrics.md errors.md models.md; do
    if [ "$2" = write ]; then
        cp "$tmp/$f" "docs/$f"
    elif ! cmp -s "$tmp/$f" "docs/$f"; then
        echo "docs/$f is out of date: run make docs"
        rc=1
    fi
done
exit $rc
