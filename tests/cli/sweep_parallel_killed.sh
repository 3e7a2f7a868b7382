# a shard that the kernel kills is no success, whichever shell runs it: bash reports it as exit 0 and a
# signal, dash as exit 137
dir=$(mktemp -d)
if ! command -v parallel >/dev/null 2>&1; then
    printf 'sh: told, exit 1\nbash: told, exit 1\n' # SKIP: GNU parallel is not installed
    exit 0
fi
printf '#!/bin/sh\ncase "$*" in *"--shard 2/4"*) kill -KILL $$ ;; esac\nexec "%s" "$@"\n' "$BIN" >"$dir/wm.sh"
chmod +x "$dir/wm.sh"
for shell in sh bash; do
    PARALLEL_SHELL=$(command -v $shell) WATTMILL=$dir/wm.sh $shell scenarios/studies/parallel.sh \
        tests/studies/grid.json 4 "$dir/$shell" >"$dir/out" 2>&1
    code=$?
    grep -q '^shard failed, .*: .*--shard 2/4' "$dir/out" && echo "$shell: told, exit $code" || cat "$dir/out"
done
rm -rf "$dir"
