# An include that the table of sim/README.md does not draw is refused, public or private, in any room.
set -u
top=$(pwd)
objects=$(dirname "$BIN")
[ -d "$objects/sim" ] || objects=$top/build/release
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/models"
cp -R sim include "$tmp" && cp models/*.c "$tmp/models"
cd "$tmp" || exit 1
while read -r file room header; do
    { echo "#include \"$header\""; cat "$file"; } > edited && mv edited "$file"
    echo "$file includes a header of $room/" >> wanted
done << 'LIST'
sim/base/arena.c engine wattmill/engine.h
sim/engine/engine.c models wattmill/accelerator.h
models/deck.c site ../sim/site/site.h
models/deck.c replica wattmill/replay.h
models/deck.c analysis wattmill/compare.h
sim/workload/trace.c input wattmill/scenario.h
sim/input/schema.c results wattmill/results.h
sim/results/metrics.c output wattmill/output.h
sim/replica/replica.c input wattmill/scenario.h
sim/output/csv.c cli ../cli/options.h
sim/output/csv.c replica wattmill/fleet.h
sim/output/csv.c sweep wattmill/store.h
sim/calibrate/fit.c run wattmill/run.h
sim/plan/draw.c site ../site/flow.h
sim/site/flow.c settle ../settle/metrics.h
sim/settle/money.c output wattmill/output.h
sim/run/run.c sweep wattmill/study.h
sim/cases/describe.c sweep wattmill/study.h
sim/sweep/store.c engine wattmill/engine.h
sim/analysis/side.c engine wattmill/engine.h
sim/cli/run.c input ../input/fields.h
LIST
python3 "$top/tests/layers.py" "$objects" > said && echo "nothing refused"
sed 's/ private header / header /' said | LC_ALL=C sort > refused
LC_ALL=C sort wanted | LC_ALL=C comm -23 - refused
echo "$(grep -c . wanted) wrong includes, $(grep -c includes said) refused"
