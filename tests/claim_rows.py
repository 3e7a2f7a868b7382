"""No row's two ends differ but by its stated conditions; every published figure has source, date and class."""
import json
import re
import sys

rows = json.load(open("models/evidence/claims.json"))["claims"]
SAID = {  # what a row must say where its ends differ in the key, by value; None: any of the words
    "h100": "H100|Hopper", "h200": "H200|Hopper", "b200": "B200", "gb200-nvl72": "GB200", "gb300-nvl72": "GB300|blackwell-rubin",
    "vr200-nvl72": "VR200|Rubin", "fp8": "FP8", "fp4": "FP4", "tensorrt-llm": "TensorRT-LLM|one server", 8: "one server", 1: "MTP", 0: "MTP|without",
    0.875: "87.5 %"}
def faults(rows):
    """What is wrong, a line each."""
    bad = []
    for name, r in rows.items():
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", r["as_of"]) or not r["source"] or r["evidence"] not in (
                "independent", "in-sample", "arithmetic", "calibrated"):
            bad.append(f"{name}: source, date or class")
        ends = r.get("serving", {})
        said = " ".join((name, r["title"], r["conditions"]))
        for end in ("old", "new"):
            for key, value in ends.get(end, {}).items():
                if not re.search(SAID[value], said):
                    bad.append(f"{name}: {end} {key} {value} is not said")
                if key in ends:
                    bad.append(f"{name}: {key} is said for both and for {end}")
        shared = set(ends) - {"old", "new", "per"}
        if ends and not {"llm", "input_tok", "output_tok"} <= shared:
            bad.append(f"{name}: model and lengths must be the same at both ends")
    return bad


def changed(name, end, key, value):
    """The rows with one more difference that is not said."""
    copy = json.loads(json.dumps(rows))
    copy[name]["serving"].setdefault(end, {})[key] = value
    return copy


bad = faults(rows)
# and it can fail: a difference that no row says is found
for change in (("hopper-blackwell-r1-volume", "new", "draft_tok", 1), ("hopper-blackwell-r1-30", "old", "accelerator", "vr200-nvl72"),
               ("blackwell-rubin-v4-100", "new", "input_tok", 8)):
    if len(faults(changed(*change))) == len(bad):
        bad.append(f"{change}: an unsaid difference is not found")
for name in ("hopper-blackwell-r1-volume", "hopper-blackwell-oss-180", "mtp-gain-mi355x", "max-lps-gpus", "hopper-blackwell-r1-116", "mtp-speed"):
    if len(re.findall(r"\d+(?:\.\d+)? %", rows[name].get("measured", ""))) < 1:
        bad.append(f"{name}: outside what is published, and no cause in measured terms")
print("\n".join(bad) if bad else f"{len(rows) >= 50} every difference is said")
sys.exit(bool(bad))
