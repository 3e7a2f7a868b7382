# Every command of the table of the article's phrases runs and says something.
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
grep -E '^\| [0-9]+ \|' docs/claims.md | grep -o '`wattmill [^`]*`' | tr -d '`' | sort -u >"$dir/commands"
n=0
while read -r _ words; do
    case $words in
    compare | "claims --curve"*) continue ;; # named alone; the curve: claims_curve.sh
    esac
    words=$(printf '%s\n' "$words" | sed "s,FILE,scenarios/virginia-100mw-gb300.json,; s,-o DIR,-o $dir/out,")
    # shellcheck disable=SC2086 # words of our own page
    if "$BIN" $words --quiet >"$dir/said" 2>"$dir/err" </dev/null && [ -s "$dir/said" ]; then
        n=$((n + 1))
    else
        echo "fails: wattmill $words"
        head -n 2 "$dir/err"
    fi
done <"$dir/commands"
grep -cE '^\| [0-9]+ \|' docs/claims.md
[ "$n" -ge 20 ] && echo "all run"
