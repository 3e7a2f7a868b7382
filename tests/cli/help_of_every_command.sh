# every listed command explains itself, and every option it explains stands in the man page
TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$TMP"' EXIT
"$BIN" docs man > "$TMP/man"
"$BIN" --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | while read -r verb; do
    "$BIN" "$verb" --help > "$TMP/help" || echo "$verb --help: exit $?"
    grep -q "^usage: wattmill $verb" "$TMP/help" || echo "$verb: no usage"
    sed -n 's/^  .*\(--[a-z-]*\).*/\1/p' "$TMP/help" | sed 's/-/\\\\-/g' | while read -r option; do
        grep -q -- "$option" "$TMP/man" || echo "$verb: $option is not in the man page"
    done
done
echo done
