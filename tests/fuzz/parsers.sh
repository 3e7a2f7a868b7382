#!/bin/sh
# parsers.sh PROGRAM [READER]...: each reader under libFuzzer for FUZZ_S seconds, from its seeds in tests/fuzz/seeds and the files that
# seeds.txt names. A finding fails and is kept in build/fuzz/findings; it becomes a seed and a test once mended.
set -u
program=$1; shift
dir=$(dirname "$program"); list=tests/fuzz/seeds.txt; bad=0
rm -f "$dir/store.sqlite"; ${BIN:-build/wattmill} sweep tests/studies/grid.json -o "$dir/store.sqlite" --quiet && ${BIN:-build/wattmill} run tests/studies/small.json -o "$dir/result" --quiet >/dev/null || exit 1
mkdir -p "$dir/readers" "$dir/findings"
[ $# -gt 0 ] || set -- $(sed 's/#.*//' $list | awk '{print $1}')
for reader; do
  ln -sf "../$(basename "$program")" "$dir/readers/$reader"
  corpus=$dir/corpus/$reader; mkdir -p "$corpus"
  for file in tests/fuzz/seeds/"$reader"/* $(sed 's/#.*//' $list | awk -v r="$reader" '$1 == r { $1 = ""; print }'); do
    [ -f "$file" ] && cp "$file" "$corpus/seed-$(basename "$file")"
  done
  if "$dir/readers/$reader" "$corpus" -max_total_time="${FUZZ_S:-60}" -timeout=20 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
      -artifact_prefix="$dir/findings/$reader-" >"$dir/$reader.log" 2>&1
  then printf '%-18s %s executions, nothing found\n' "$reader" "$(awk '/stat::number_of_executed_units/ { print $2 }' "$dir/$reader.log")"
  else bad=1; printf '%-18s FOUND, see %s\n' "$reader" "$dir/$reader.log"; grep -m3 -E 'ERROR|SUMMARY|runtime error' "$dir/$reader.log"
  fi
done
exit $bad
