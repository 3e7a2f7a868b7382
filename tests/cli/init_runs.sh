# what init writes passes and runs, for liquid- and air-cooled accelerators; it never overwrites
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
for accelerator in gb300-nvl72 h100 mi355x; do
    "$BIN" init "$dir/$accelerator.json" -a "$accelerator" -m llama-3.1-8b --mw 20 --climate phoenix > /dev/null || exit
    "$BIN" run "$dir/$accelerator.json" --quiet --assert 'ceiling_violation_mwh==0' > /dev/null && echo "$accelerator runs"
done
cd "$dir" || exit
"$BIN" init > /dev/null && "$BIN" check scenario.json
"$BIN" init > /dev/null
echo "exit $?"
"$BIN" init other.json -m deepsek-r1 --class chats --price lamma-3.1-8b-host
echo "exit $?"
ls other.json* 2> /dev/null || echo "nothing left"
