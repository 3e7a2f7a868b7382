#!/bin/sh
# Prints ES modules as one script that needs no loader: `sh bundle.sh MODULE...`, those that are imported first.
# Takes the forms of import and export that sim/serve/page uses: whole lines, one a statement.
set -eu
echo '"use strict";'
echo '(() => {'
echo 'const modules = {};'
for f in "$@"; do
    awk -v name="$(basename "$f")" '
    function module(line) { match(line, /"\.\/[^"]*"/); return substr(line, RSTART + 3, RLENGTH - 4) }
    BEGIN { printf "modules[\"%s\"] = (() => {\n", name }
    /^\/\*/ { in_comment = 1 }
    in_comment { print; if (/\*\//) in_comment = 0; next }
    /^import \* as / { match($0, /as [A-Za-z]+/); printf "const %s = modules[\"%s\"];\n", substr($0, RSTART + 3, RLENGTH - 3), module($0); next }
    /^import \{/ { list = $0; sub(/^import /, "", list); sub(/ from .*/, "", list); gsub(/ as /, ": ", list); printf "const %s = modules[\"%s\"];\n", list, module($0); next }
    /^import / { printf "const %s = modules[\"%s\"].default;\n", $2, module($0); next }
    /^export \{ [A-Za-z]+ as default \};/ { names = names " default: " $3 ","; next }
    /^export \{/ { list = $0; gsub(/^export \{|\};?$/, "", list); names = names list ","; next }
    /^export (async )?function |^export (const|let|class) / { sub(/^export /, ""); line = $0; sub(/^async /, "", line); split(line, part, /[ (=]+/); names = names " " part[2] ","; print; next }
    { print }
    END { printf "return {%s };\n})();\n", names }' "$f"
done
echo '})();'
