#!/bin/sh
# Lines that the tests reached, by file and room, from the .gcda files below a build folder.
# usage: coverage.sh BUILD_DIR
set -eu
dir=$1
report=$dir/report.txt
: > "$report"
find "$dir/sim" "$dir/models" -name '*.gcda' | sort | while read -r data; do
    gcov -n -o "$(dirname "$data")" "$data" 2> /dev/null |
        awk '/^File/ { gsub("\047", "", $2); file = $2 }
             /^Lines executed/ { sub("executed:", "", $2); sub("%", "", $2); if (file ~ /^(sim|models)\//) print file, $2, $4; file = "" }' >> "$report.tmp"
done
# headers occur once per user: the best figure of each counts
sort -k1,1 -k2,2nr "$report.tmp" | awk '!seen[$1]++ { printf "%6.1f %% of %4d lines  %s\n", $2, $3, $1 }' > "$report"
rm -f "$report.tmp"
awk '{ n = split($6, part, "/"); room = part[1] == "models" ? "models" : part[1] "/" part[2]
       lines[room] += $4; reached[room] += $1 * $4 / 100; all += $4; hit += $1 * $4 / 100 }
     END { for (room in lines) printf "%6.1f %% of %5d lines  %s\n", 100 * reached[room] / lines[room], lines[room], room
           printf "%6.1f %% of %5d lines  in all\n", 100 * hit / all, all }' "$report" | sort -k6
