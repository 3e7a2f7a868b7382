# keys of a run; caps never speed up; more time never costs more energy
"$BIN" train -a h100 -m llama-3.1-8b --gpus 64 --format csv | cut -d, -f1 | grep -E '^(mfu_frac|useful_frac|energy_mwh|usd_per_mtok|swing_mw)$'
"$BIN" train -a h100 -m llama-3.1-8b --gpus 64 --show caps --format csv |
    awk -F, 'NR > 2 && $4 > last { print "faster under a lower cap: " $0 } { last = $4 } END { print NR }'
"$BIN" train -a h100 -m llama-3.1-8b --gpus 64 --show schedule --straggler 0.1 --format csv |
    awk -F, 'NR > 2 && $3 > last { print "more energy in more time: " $0 } { last = $3 } END { print NR }'
