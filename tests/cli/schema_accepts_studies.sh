# the schema of a study is itself valid and accepts what is shipped
python3 - <<'PY'
import glob, json
import jsonschema
schema = json.load(open("docs/study.schema.json"))
jsonschema.Draft202012Validator.check_schema(schema)
check = jsonschema.Draft202012Validator(schema)
paths = [p for p in sorted(glob.glob("scenarios/studies/*.json")) if "uncertain" not in p]
for path in paths:
    for error in check.iter_errors(json.load(open(path))):
        print(path, error.json_path, error.message)
wrong = json.load(open(paths[0]))
wrong["desing"] = "grid"
print(len(paths) > 7, not check.is_valid(wrong))
PY
for study in scenarios/studies/*.json; do # and each can be run
    "$BIN" sweep "$study" --dry-run --set horizon.years=0.005 2>&1 | grep -E "^(error|points)" | sed "s|^|$(basename "$study") |"
done
