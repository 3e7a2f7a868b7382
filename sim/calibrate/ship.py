"""Puts a fit into the shipped catalogue, or says how far the two are apart.

usage: ship.py write|check CALIBRATION.json FIT.txt     (run in the project's root)

CALIBRATION.json is what `wattmill calibrate -o DIR` writes, FIT.txt what it prints. The catalogue's layout is kept:
one value a line changes. An entry on the `base` of another takes that one's kernels unless it has its own;
board power is each entry's own. `check` exits 1 when a shipped value is not the fitted one to four digits.
"""
import json
import re
import sys

CATALOG = "models/catalog/"
KERNELS = ["compute_frac", "memory_frac", "attention_frac", "moe_frac", "widen_frac", "overhead", "reduce", "layer_us"]
POWER = ["base_frac", "memory_frac", "compute_frac"]
PRECISIONS = ["bf16", "fp8", "fp8_block", "fp4"]
SOFTWARE = ["step_overhead_us", "seq_overhead_us", "reply_overhead_us", "layer_overhead_us", "prompt_overhead_ms", "kernel_frac"]
# the default disaggregated engine has no rows of its own: workers of TensorRT-LLM are what most published ones run
TAKEN = {"disaggregated-2026": ("tensorrt-llm", ["seq_overhead_us", "kernel_frac"])}
DIGITS = 2e-4


class Layout:
    """A catalogue file as lines; set() changes the line of one value."""

    def __init__(self, path):
        self.path, self.lines = path, open(path).read().split("\n")

    def end(self, start, indent):
        return next(i for i in range(start + 1, len(self.lines)) if re.match(r"^ {%d}\}" % indent, self.lines[i]))

    def find(self, key, first, last, indent):
        pattern = r'^ {%d}"%s":' % (indent, re.escape(key))
        return next((i for i in range(first, last) if re.match(pattern, self.lines[i])), None)

    def put(self, at, indent, key, value):
        comma = "," if self.lines[at].rstrip().endswith(",") else ""
        self.lines[at] = " " * indent + '"%s": %s%s' % (key, json.dumps(value, ensure_ascii=False), comma)

    def insert(self, last, indent, key, value):
        before = self.lines[last - 1].rstrip()
        if not before.endswith("{"):
            self.lines[last - 1] = before.rstrip(",") + ","
        self.lines.insert(last, " " * indent + '"%s": %s' % (key, json.dumps(value, ensure_ascii=False)))

    def set(self, name, path, value):
        first = self.find(name, 0, len(self.lines), 4)
        last, indent = self.end(first, 4), 6
        group, _, key = path.rpartition(".")
        if group:
            at = self.find(group, first, last, indent)
            if at is None:
                self.insert(last, indent, group, {key: value})
                return
            line = self.lines[at]
            if not line.rstrip().endswith("{"):  # the group stands on one line
                whole = json.loads(line.split(":", 1)[1].strip().rstrip(","))
                whole[key] = value
                self.put(at, indent, group, whole)
                return
            first, last, indent = at, self.end(at, indent), indent + 2
        at = self.find(key, first + 1, last, indent)
        if at is None:
            self.insert(last, indent, key, value)
        else:
            self.put(at, indent, key, value)

    def save(self):
        text = "\n".join(self.lines)
        json.loads(text)
        open(self.path, "w").write(text)


def resolved(entries, name):
    def over(low, high):
        both = dict(low)
        for key, value in high.items():
            both[key] = over(both[key], value) if isinstance(value, dict) and isinstance(both.get(key), dict) else value
        return both

    entry = entries[name]
    return over(resolved(entries, entry["base"]), entry) if "base" in entry else entry


def errors(path):
    """{(entry, key): standard error in per cent} of the printed table."""
    table = {}
    for line in open(path):
        words = line.split()
        if len(words) >= 9 and words[0].startswith(("accelerators.", "engines.")):
            table[(words[0].split(".", 1)[1], words[1])] = words[4]
    return table


def shipped_values(entries, fitted):
    """(entry, path, fitted value) of all that the catalogue's entries state themselves."""
    for name, entry in entries.items():
        fit = fitted["accelerators"].get(name)
        if fit is None:
            continue
        if "base" not in entry or "achieved" in entry:
            for key in KERNELS:
                yield name, "achieved." + key, fit["achieved"][key]
            for precision in PRECISIONS:
                if precision in fit and resolved(entries, name).get(precision, {}).get("tflop_per_s", 0) > 0:
                    yield name, precision + ".serving_frac", fit[precision]["serving_frac"]
            yield name, "collective.scale_out_latency_us", fit["collective"]["scale_out_latency_us"]
        for key in POWER:
            yield name, "power." + key, fit["power"][key]


def software_values(fitted):
    for name, fit in fitted["engines"].items():
        for key in SOFTWARE:
            yield name, key, fit[key]
    for name, (source, keys) in TAKEN.items():
        for key in keys:
            yield name, key, fitted["engines"][source][key]


def value_at(entry, path):
    for key in path.split("."):
        entry = entry.get(key, {}) if isinstance(entry, dict) else {}
    return entry if isinstance(entry, (int, float)) else None


def told(entry, fit, sigma, name):
    """The notes' last clause: what the figures rest on."""
    words = [("memory", "achieved.memory_frac"), ("arithmetic", "achieved.compute_frac"), ("experts", "achieved.moe_frac"),
             ("overhead", "achieved.overhead"), ("power of memory", "power.memory_frac"), ("power of arithmetic", "power.compute_frac")]
    known = ", ".join("%s %s %%" % (word, sigma[(name, key)]) for word, key in words if (name, key) in sigma)
    rows = fit["fit"]["points"]
    start = "achieved, serving_frac and power: "
    if rows > 0:
        kin = " with others of its silicon" if entry.get("silicon") else ""
        return start + "fit of 2026-11 on %d serving rows%s (SemiAnalysis InferenceX, ML.ENERGY, MLPerf, TensorRT-LLM, splitwise, aiconfigurator), standard errors: %s" % (rows, kin, known)
    whose = "those of its silicon" if entry.get("silicon") else "those of its nearest family"
    spread = "" if entry.get("silicon") else " (spread of families)"
    return start + whose + " in the fit of 2026-11, no row of its own; standard errors%s: %s" % (spread, known)


def write(fitted, sigma):
    hw = Layout(CATALOG + "accelerators.json")
    entries = json.load(open(hw.path))["accelerators"]
    for name, path, value in shipped_values(entries, fitted):
        hw.set(name, path, value)
    for name in entries:
        fit, entry = fitted["accelerators"].get(name), resolved(entries, name)
        if fit is None:
            continue
        hw.set(name, "fit", {"points": fit["fit"]["points"], "power_points": fit["fit"].get("power_points", 0)})
        notes = re.sub(r"(; )?achieved, serving_frac and power: .*$", "", entry.get("notes", ""))
        hw.set(name, "notes", (notes + "; " if notes else "") + told(entry, fit, sigma, name))
    hw.save()
    sw = Layout(CATALOG + "engines.json")
    engines = json.load(open(sw.path))["engines"]
    for name, key, value in software_values(fitted):
        sw.set(name, key, value)
    for name, fit in fitted["engines"].items():
        sw.set(name, "fit", dict(engines[name].get("fit", {}), points=fit["fit"]["points"]))
        notes = re.sub(r"(; )?fit of 2026-11 on .*$", "", engines[name].get("notes", ""))
        known = tuple(sigma.get((name, key), "?") for key in ("kernel_frac", "seq_overhead_us", "step_overhead_us", "prompt_overhead_ms"))
        text = "fit of 2026-11 on %d rows, standard errors: kernels %s %%, per sequence %s %%, per step %s %%, per prompt %s %%"
        sw.set(name, "notes", (notes + "; " if notes else "") + text % ((fit["fit"]["points"],) + known))
    sw.save()


def check(fitted):
    entries = json.load(open(CATALOG + "accelerators.json"))["accelerators"]
    engines = json.load(open(CATALOG + "engines.json"))["engines"]
    n, apart = 0, []
    pairs = [(name, path, value, value_at(resolved(entries, name), path)) for name, path, value in shipped_values(entries, fitted)]
    pairs += [(name, key, value, value_at(resolved(engines, name), key)) for name, key, value in software_values(fitted)]
    for name, path, value, has in pairs:
        n += 1
        if has is None or abs(has - value) > DIGITS * max(abs(value), 1e-9):
            apart.append((abs(has / value - 1.0) if has is not None and value else 1.0, name, path, value, has))
    for miss, name, path, value, has in sorted(apart, reverse=True)[:20]:
        print("%s %s: fitted %s, shipped %s" % (name, path, value, has))
    print("shipped = fitted: %d of %d values to four digits" % (n - len(apart), n))
    return 1 if apart else 0


def main(mode, calibration, table):
    fitted = json.load(open(calibration))
    if mode == "write":
        write(fitted, errors(table))
    return check(fitted)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
