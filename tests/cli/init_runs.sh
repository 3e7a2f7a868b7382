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

# names as people write them, a power with its unit; a slip is asked again, ? lists; the rate is absolute
"$BIN" init rubin.json -a Rubin -m deepseek-ai/DeepSeek-R1 --mw "0.2 GW" --existing "H100 SXM:40" --climate Texas > /dev/null || exit
grep -c '"output_tok_per_s"' rubin.json
grep -oE '"(limit_mw|share_frac)": [0-9.]+|"(climate|accelerator|llm)": "[a-z0-9.-]+"' rubin.json | sort -u
printf 'Atlantis\n?\ndallas\n0.2 XW\n0.02 GW\n\nh100\nnothing\nfoo\nH100 SXM\nR1\n\n\n7 \n' | "$BIN" init asked.json --ask 2> asked.txt > /dev/null || exit
grep -oE 'no entry "[A-Za-z]+"|is no [a-z ]+' asked.txt
grep -c northern-virginia asked.txt
grep -oE '"(limit_mw|appraisal_years)": [0-9.]+|"(climate|accelerator|llm)": "[a-z0-9.-]+"' asked.json
