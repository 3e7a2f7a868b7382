# a study over the router of requests served one by one; what it sends where changes latency, and a batch limit does too
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat > "$dir/router.json" << J
{ "schema_version": 1, "name": "router", "base": "$PWD/tests/studies/requests.json",
  "axes": [ { "path": "workloads.chat.serving.router", "name": "router",
              "sweep": [ "round-robin", "least-tokens", "least-requests", "two-choices", "prefix-affinity" ] } ] }
J
"$BIN" sweep "$dir/router.json" -o "$dir/s.sqlite" --quiet > "$dir/out" 2>&1 || cat "$dir/out"
"$BIN" export "$dir/s.sqlite" | wc -l
latency() {
    "$BIN" run tests/studies/requests.json --quiet --format json "$@" |
        python3 -c 'import json, sys; c = json.load(sys.stdin)["classes"][0]; print(c["ttft_p99_s"], c["tpot_p99_s"])'
}
latency > "$dir/least"
latency --set workloads.chat.serving.router=least-requests | cmp - "$dir/least" && echo "the default is least-requests"
for set in router=round-robin router=two-choices max_seqs=2; do
    latency --set "workloads.chat.serving.$set" | cmp -s - "$dir/least" && echo "$set changes nothing"
done
"$BIN" check tests/studies/requests.json --set fidelity=surface --set workloads.chat.serving.router=round-robin 2>&1
