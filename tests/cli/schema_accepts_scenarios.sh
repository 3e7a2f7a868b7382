# the schema is itself valid and accepts what is shipped
python3 - <<'PY'
import glob, json
import jsonschema
schema = json.load(open("docs/scenario.schema.json"))
jsonschema.Draft202012Validator.check_schema(schema)
check = jsonschema.Draft202012Validator(schema)
for path in sorted(glob.glob("scenarios/*.json")):
    for error in check.iter_errors(json.load(open(path))):
        print(path, error.json_path, error.message)
PY
