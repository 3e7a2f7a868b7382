# A power policy by its name is its keys written out; own keys are laid over it; a wrong name gets a hint.
F=scenarios/virginia-100mw-gb300-flood.json
calls() { "$BIN" run $F --set horizon.years=0.2 --set "site.ceiling.curtailment=$1" --format csv --quiet | grep -E '^(shed_mwh|curtailment_hours|npv_usd|output_tok_sold),' | tr '\n' ' '; }
[ "$(calls '"spp-chills"')" = "$(calls '{"hours_per_year":88,"depth_frac":1,"duration_h":4,"notice_min":30}')" ] && echo "a name is its keys"
[ "$(calls '"spp-chills"')" = "$(calls '{"type":"spp-chills"}')" ] && echo "as text or as an object"
[ "$(calls '{"type":"spp-chills","depth_frac":0.5}')" = "$(calls '{"hours_per_year":88,"depth_frac":0.5,"duration_h":4,"notice_min":30}')" ] && echo "own keys lie over it"
[ "$(calls '"firm"')" = "$(calls '{}')" ] && echo "without a name: firm"
[ "$(calls '"spp-chills"')" != "$(calls '"firm"')" ] && echo "and it acts"
"$BIN" run $F --set site.ceiling.curtailment=spp-chil 2>&1
"$BIN" catalog power_policies --format csv | cut -d, -f1
exit 0
