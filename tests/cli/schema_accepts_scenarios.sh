# the schema is itself valid and accepts what is shipped
python3 - <<'PY'
import glob, json
import jsonschema
schema = json.load(open("docs/scenario.schema.json"))
jsonschema.Draft202012Validator.check_schema(schema)
for path in sorted(glob.glob("scenarios/*.json")):
    jsonschema.validate(json.load(open(path)), schema)
    print(path, "ok")
PY
