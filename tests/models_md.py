"""docs/models.md from the public headers: equations, units, ranges, sources, what is left out.

usage: models_md.py > docs/models.md

The headers are where the equations stand and are kept; this page only puts them in the order in which
a run meets them. Of each header it takes the opening comment and the comments of its functions; of
each cooling plant type what its object says of itself.
"""
import glob
import json
import os
import re
import textwrap

INTRO = """# Models

Generated from the headers in `include/wattmill/` by `tests/models_md.py` (`make docs`); do not edit. Symbols are those
of the headers, SI inside; a name's suffix is its unit (`_w`, `_s`, `_c`, `_k`, `_frac`, `_usd` ...). Every coefficient is a
parameter with unit, range and default in [parameters.md](parameters.md), and its value stands in the catalogue with source, date
and basis: `wattmill catalog KIND NAME`. What a result means is in [metrics.md](metrics.md).

A run goes down this page: demand asks for tokens; serving says how many a replica makes within its latency targets and
what its boards draw; the power chain and the cooling plant turn rack power into meter power at the hour's weather; where
the ceiling is lower, dispatch decides who gets the watts; tariff, price deck and ledger turn the year into money.
"""
SECTIONS = [
    ("What runs", ["accelerator", "llm", "engine_software", "workload", "failures"]),
    ("Serving in closed form", ["step", "step_table", "serving", "serving_latency", "frontier", "calibrate"]),
    ("Serving request by request", ["request", "trace", "generate", "prefix_cache", "replica",
                                    "sim/replica/router", "fleet", "service", "replay"]),
    ("Training", ["training"]),
    ("Weather and the plant", ["psychrometrics", "climate", "site_year", "power_chain", "cooling",
                               "chiller", "facility", "thermal"]),
    ("Grid", ["tariff", "power_contract", "storage", "generation"]),
    ("The site-year", ["sim/plan/" + name for name in (
        "provision", "partition", "draw", "surface", "environment", "job")] + ["sim/site/" + name for name in (
            "ceiling", "curtailment", "dispatch", "flow", "switching", "onsite", "batch", "outages", "stranded",
            "latency", "meter", "account")]),
    ("Money", ["deck", "ledger", "local_tax", "gpu_sales", "finance", "appraisal", "market", "sim/settle/response", "debt", "tax", "uncertainty", "sim/settle/range", "price_path", "megawatt", "refresh",
               "plan"]),
    ("Many runs", ["study", "export", "compare", "claims"]),
    ("Under all of it", ["engine", "rng", "stats"]),
]
INCLUDE = "include/wattmill"


def strip(comment):
    """The text of a comment without its frame."""
    body = re.sub(r"^/\*\*?", "", comment.strip())
    body = re.sub(r"\*/$", "", body)
    lines = [re.sub(r"^\s*\* ?", "", line) for line in body.split("\n")]
    lines[0] = lines[0].strip()
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def prose(lines):
    """Markdown: indented lines are code, the rest is text; tags of the comments become words."""
    out, code, tags = [], [], False
    for line in lines + [""]:
        is_code = line.startswith("  ") and not tags
        if not is_code and code and line.strip():
            out += ["```", *textwrap.dedent("\n".join(code)).rstrip().split("\n"), "```", ""]
            code = []
        if is_code or (code and not line.strip()):
            code.append(line)
            continue
        tag = re.match(r"\s*@(param|return|pre|note|par)\s*(\[\w+\])?\s*(.*)", line)
        if tag:
            tags = True
            kind, text = tag.group(1), tag.group(3).strip()
            if kind == "param":
                name, _, rest = text.partition(" ")
                line = f"- `{name.rstrip(',')}` {rest.strip()}"
            elif kind == "par":
                name, _, rest = text.partition(" ")
                line = f"- *{name}:* {rest.strip()}"
            else:
                line = f"- *{'returns' if kind == 'return' else kind}:* {text}"
        elif tags and line.strip():
            line = "  " + line.strip()
        out.append(line.rstrip())
    if any(c.strip() for c in code):
        out += ["```", *textwrap.dedent("\n".join(code)).rstrip().split("\n"), "```"]
    spaced = []
    for i, line in enumerate(out):
        # a list begins after a blank line and has none inside
        if line.startswith("- ") and i > 0 and out[i - 1].strip() and out[i - 1][0] not in "- ":
            spaced.append("")
        spaced.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(spaced).strip())


def escape(text):
    """Text outside code: what Markdown would take for markup."""
    parts = re.split(r"(```.*?```|`[^`\n]*`)", text, flags=re.S)
    return "".join(p if p.startswith("`") else re.sub(r"(?<=\S)\*(?=\S)", r"\*", p).replace("_", "\\_")
                   .replace("<", "\\<") for p in parts)


def functions(text):
    """(name, comment lines) of every documented function."""
    pattern = re.compile(r"(/\*\*(?:(?!\*/).)*\*/)\s*\n((?:static inline )?[\w ]+?[ \*](wm_\w+)\()", re.S)
    for match in pattern.finditer(text):
        yield match.group(3), strip(match.group(1))


def worth_showing(lines):
    body = "\n".join(lines)
    return len(lines) > 1 or " = " in body or "[" in body


GAPS = []


def note_gaps(title, opening):
    """Keeps what an opening comment says is left out: a paragraph of its own, or a sentence."""
    for paragraph in re.split(r"\n\s*\n", "\n".join(opening)):
        text = " ".join(paragraph.split())
        if text.startswith("Left out"):
            GAPS.append((title, text.partition(": ")[2].rstrip(".")))
            continue
        for sentence in re.split(r"(?<=[.;]) (?=[A-Z])", text):
            if re.search(r"(is|are) left out|leaves out|not modelled", sentence):
                GAPS.append((title, sentence.rstrip(".")))


def path_of(name):
    return f"{name}.h" if "/" in name else f"{INCLUDE}/{name}.h"


def header(name):
    path = path_of(name)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    opening = strip(re.match(r"/\*.*?\*/", text, re.S).group(0))
    title, colon, first = opening[0].partition(": ")
    if not colon:
        title, first = os.path.basename(name).replace("_", " ").capitalize(), opening[0]
    print(f"\n### {title}\n")
    print(escape(prose([first[:1].upper() + first[1:]] + opening[1:])))
    note_gaps(title, opening)
    for function, lines in functions(text):
        for note in re.findall(r"@note\s+left out: ([^@]*)", " ".join(" ".join(lines).split())):
            GAPS.append((f"`{function}`", note.strip().rstrip(".")))
        if worth_showing(lines):
            print(f"\n**`{function}`** {escape(prose(lines))}")


def cooling_types():
    print("\n### Types of cooling plant\n\n| type | what it is | source | maturity |\n|---|---|---|---|")
    for path in sorted(glob.glob("models/cooling_*.c")):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        found = re.search(r"struct wm_cooling_type wm_cooling_type_\w+ = \{(.*?)\n\};", text, re.S)
        if not found:
            continue
        row = {key: "".join(re.findall(r'"([^"]*)"', value)) for key, value in
               re.findall(r'\.(\w+) = ((?:"[^"]*"\s*)+)', found.group(1))}
        print(f"| `{row['name']}` | {row['doc']} | {row['source']} | {row['maturity']} |")


def value_text(x):
    return f"{x:.4g}"


def spread_text(e):
    low, high = value_text(e.get("low", 0)), value_text(e.get("high", 1e6))
    if e["dist"] == "pert":
        return f"PERT {low} · {value_text(e['mode'])} · {high}"
    if e["dist"] == "lognormal":
        return f"lognormal, median {value_text(e['median'])}, sd of its logarithm {value_text(e['log_sd'])}, cut to {low} to {high}"
    if e["dist"] == "beta":
        return f"beta({value_text(e['alpha'])}, {value_text(e['beta'])}) on {low} to {high}"
    return f"fixed, {value_text(e.get('mode', 1))}"


def range_inputs():
    """What a run draws by default: the rows of economics.range and their entries of the catalogue."""
    with open("models/catalog/uncertainties.json", encoding="utf-8") as f:
        entries = json.load(f)["uncertainties"]
    with open("sim/input/scenario_fields.c", encoding="utf-8") as f:
        rows = re.findall(r'RANGE_ROW\((\w+), "([^"]*)", "([^"]*)"\)', f.read())
    with open("sim/settle/range.c", encoding="utf-8") as f:
        ties = dict(re.findall(r"\{WM_RANGE_(\w+), WM_RANGE_(\w+)\}", f.read()))
    names = {"charges": "DEMAND", "facility_capex": "HALL_CAPEX"}
    print("\nDrawn unless the scenario names other entries (`economics.range`), each a factor on the scenario's value but for years:\n")
    print("| `economics.range` | what | entry | distribution | tied | basis | source |\n|---|---|---|---|---|---|---|")
    for member, entry, what in rows:
        e = entries[entry]
        parent = ties.get(names.get(member, member.upper()))
        tied = f"{value_text(e.get('corr', 0))} to {parent.lower()}" if parent and e.get("corr", 0) else ""
        print(f"| `{member}` | {escape(what)} | `{entry}` | {spread_text(e)} | {tied} | {e['basis']} | {escape(e['source'])} |")


print(INTRO)
for section, names in SECTIONS:
    print(f"\n## {section}")
    for name in names:
        if os.path.exists(path_of(name)):
            header(name)
        if name == "chiller":
            cooling_types()
        if name == "sim/settle/range":
            range_inputs()
print("\n## What is left out\n\n| model | left out |\n|---|---|")
for title, gap in GAPS:
    print(f"| {title} | {escape(gap)} |")
print("""
What a site may owe or earn beyond these, and why it is not here:

- **Exit fees by month**: `site.interconnection.exit_usd_per_mw` is one sum per MW of contract, paid where the appraisal ends, or the site is given up, before `term_years`;
  a fee that falls with every month of the term, as some tariffs have it, is to be put at the sum that is owed then.
- **Export** to the grid: tariffs of large loads bar it or make it another connection. Spilled energy earns nothing; a generator follows the site's own load.
- **Permits, firm fuel and capital at risk of generation on site**: limits on hours or emissions, reservation charges of pipelines and what a plant is worth once the grid comes are
  matters of one site, without published rates. Fuel is priced by energy; a reservation charge belongs into the fuel's price; whether a limit on hours is kept is read off `generation_mw` of `series.csv`.
- **Levelised cost of tokens beside training jobs**: what a job makes is not sold, so there is no price at which it pays. `levelised_cost_usd_per_year` is exact for the whole site (income of tokens and jobs at which
  the NPV is 0); `lcot_*` are the share of it that accelerators which serve have by number, and say nothing of what a job's accelerators cost.
- **Currencies**: all money is in one.
- **Prepaid and cancelled contracts, credit of single customers**: `gpu_sales` know a rate of default, not who defaults.

Beyond single models: demand answers to prices by `demand.elasticity` to the discount given and, over the years of an
appraisal, to the price path, never within the simulated time; a price deck holds for the whole run, no two sites share load, and nothing here predicts what hardware that is not sold yet will
do: entries with basis `estimate` say so.""")
