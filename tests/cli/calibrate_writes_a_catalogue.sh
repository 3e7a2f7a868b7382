# What calibrate writes is a catalogue that accuracy and run take.
dir=$(mktemp -d)
sed 's/,validate$/,fit/' tests/data/operating_points.csv > "$dir/fit.csv"
"$BIN" calibrate --data "$dir/fit.csv" -o "$dir" --quiet > /dev/null &&
    "$BIN" accuracy --data "$dir/fit.csv" --catalog "$dir/calibration.json" --format json > "$dir/after" &&
    "$BIN" accuracy --data "$dir/fit.csv" --format json > "$dir/before" &&
    python3 -c 'import json, sys
b, a = (json.load(open(sys.argv[1] + n))["out_tok_per_s_per_gpu"][0]["median_frac"] for n in ("/before", "/after"))
print("nearer" if a <= b else "farther: %g, was %g" % (a, b))' "$dir"
"$BIN" check scenarios/virginia-100mw-gb300.json --catalog "$dir/calibration.json"
rm -r "$dir"
