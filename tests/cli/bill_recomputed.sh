# three shipped tariffs of unlike form over a year: every line of every month again from series.csv, by other code
D=$(mktemp -d)
for t in us-time-of-use aep-ohio-dct us-hours-use; do
    "$BIN" run scenarios/virginia-100mw-gb300.json --quiet --show ledger -o "$D" --series --set site.tariff=$t > /dev/null
    python3 tests/bill.py "$D" $t models/catalog/tariffs.json
done
rm -r "$D"
