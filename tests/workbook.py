"""Workbooks read without a library, their formulas computed again.

usage: workbook.py FILE.xlsx [RESULT.json]

Every formula of every sheet is computed from the cells it names and compared with the value that the file carries; with the
JSON of the run, NPV and IRR as computed here are those printed. Where soffice is installed, the same by LibreOffice, from a
copy without the carried values.
"""
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import xml.etree.ElementTree as ET

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
TOKEN = re.compile(r"""\s*(?:(?P<number>\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)|(?P<text>"[^"]*")|(?P<ref>(?:'[^']+'!|\w+!)?\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)|(?P<name>[A-Z]+)\(|(?P<op><>|<=|>=|[-+*/^(),=<>]))""")


def column(letters):
    n = 0
    for c in letters:
        n = 26 * n + ord(c) - 64
    return n


class Book:
    """Sheets as {name: {(row, column): value}}, formulas apart; both counted from 1."""

    def __init__(self, path):
        self.values, self.formulas, self.charts = {}, {}, {}
        with zipfile.ZipFile(path) as z:
            shared = []
            if "xl/sharedStrings.xml" in z.namelist():
                shared = ["".join(t.text or "" for t in si.iter("{%s}t" % NS["m"])) for si in ET.fromstring(z.read("xl/sharedStrings.xml"))]
            targets = {r.get("Id"): r.get("Target") for r in ET.fromstring(z.read("xl/_rels/workbook.xml.rels"))}
            for s in ET.fromstring(z.read("xl/workbook.xml")).find("m:sheets", NS):
                self.read(s.get("name"), ET.fromstring(z.read("xl/" + targets[s.get(REL)])), shared)
            self.n_charts = sum(n.startswith("xl/charts/chart") for n in z.namelist())

    def read(self, name, root, shared):
        values, formulas = self.values.setdefault(name, {}), self.formulas.setdefault(name, {})
        self.charts[name] = root.find("m:drawing", NS) is not None
        for c in root.iter("{%s}c" % NS["m"]):
            at = re.fullmatch(r"([A-Z]+)(\d+)", c.get("r"))
            key = int(at[2]), column(at[1])
            v, f = c.find("m:v", NS), c.find("m:f", NS)
            kind = c.get("t", "n")
            if kind == "inlineStr":
                values[key] = "".join(t.text or "" for t in c.iter("{%s}t" % NS["m"]))
            elif v is not None:
                values[key] = shared[int(v.text)] if kind == "s" else v.text if kind == "str" else float(v.text)
            if f is not None:
                formulas[key] = f.text

    def rows(self, sheet):
        """Rows of values, "" where nothing stands."""
        cells = self.values[sheet]
        width = max(c for _, c in cells)
        return [[cells.get((r, c), "") for c in range(1, width + 1)] for r in range(1, max(r for r, _ in cells) + 1)]


class Formula:
    """Evaluates the formulas that we write: arithmetic over cells and ranges, SUM, SUMPRODUCT, SUMIF, IRR, IF, IFERROR."""

    def __init__(self, book):
        self.book, self.known, self.busy = book, {}, set()

    def cell(self, sheet, key):
        if key not in self.book.formulas[sheet]:
            return self.book.values[sheet].get(key, 0.0)
        if (sheet, key) not in self.known:
            assert (sheet, key) not in self.busy, f"circle at {sheet} {key}"
            self.busy.add((sheet, key))
            self.known[sheet, key] = self.evaluate(sheet, self.book.formulas[sheet][key])
        return self.known[sheet, key]

    def evaluate(self, sheet, text):
        tokens, at = [], 0
        while at < len(text):
            m = TOKEN.match(text, at)
            assert m, f"cannot read {text!r} at {at}"
            tokens.append((m.lastgroup, m[m.lastgroup]))
            at = m.end()
        self_tokens = tokens + [("end", "")]
        value, rest = self.compare(sheet, self_tokens)
        assert rest == [("end", "")], f"left over in {text!r}: {rest}"
        return value

    def spread(self, f, a, b):
        if isinstance(a, list) or isinstance(b, list):
            n = len(a) if isinstance(a, list) else len(b)
            return [f(x, y) for x, y in zip(a if isinstance(a, list) else [a] * n, b if isinstance(b, list) else [b] * n)]
        return f(a, b)

    def compare(self, sheet, t):
        a, t = self.sum(sheet, t)
        while t[0][1] in ("=", "<", ">", "<>", "<=", ">="):
            op = t[0][1]
            b, t = self.sum(sheet, t[1:])
            a = {"=": a == b, "<": a < b, ">": a > b, "<>": a != b, "<=": a <= b, ">=": a >= b}[op]
        return a, t

    def sum(self, sheet, t):
        a, t = self.product(sheet, t)
        while t[0] in (("op", "+"), ("op", "-")):
            sign = 1.0 if t[0][1] == "+" else -1.0
            b, t = self.product(sheet, t[1:])
            a = self.spread(lambda x, y: x + sign * y, a, b)
        return a, t

    def product(self, sheet, t):
        a, t = self.power(sheet, t)
        while t[0] in (("op", "*"), ("op", "/")):
            op = t[0][1]
            b, t = self.power(sheet, t[1:])
            a = self.spread((lambda x, y: x * y) if op == "*" else (lambda x, y: x / y), a, b)
        return a, t

    def power(self, sheet, t):
        a, t = self.atom(sheet, t)
        while t[0] == ("op", "^"):
            b, t = self.atom(sheet, t[1:])
            a = self.spread(lambda x, y: x ** y, a, b)
        return a, t

    def atom(self, sheet, t):
        kind, word = t[0]
        if kind == "number":
            return float(word), t[1:]
        if kind == "text":
            return word[1:-1], t[1:]
        if kind == "ref":
            return self.ref(sheet, word), t[1:]
        if word == "-":
            a, t = self.atom(sheet, t[1:])
            return self.spread(lambda x, y: x * y, a, -1.0), t
        if word == "(":
            a, t = self.compare(sheet, t[1:])
            assert t[0][1] == ")"
            return a, t[1:]
        assert kind == "name", t[0]
        return self.call(sheet, word, t[1:])

    def ref(self, sheet, word):
        if "!" in word:
            sheet, word = word.rsplit("!", 1)
            sheet = sheet.strip("'")
        ends = [re.fullmatch(r"([A-Z]+)(\d+)", e) for e in word.replace("$", "").split(":")]
        keys = [(int(e[2]), column(e[1])) for e in ends]
        if len(keys) == 1:
            return self.cell(sheet, keys[0])
        return [self.cell(sheet, (r, c)) for r in range(keys[0][0], keys[1][0] + 1) for c in range(keys[0][1], keys[1][1] + 1)]

    def call(self, sheet, name, t):
        if name == "IFERROR":
            try:
                args, t = self.arguments(sheet, t)
                return args[0], t
            except (ZeroDivisionError, ValueError, OverflowError):
                raise AssertionError("IFERROR catches an error: not expected in our books") from None
        if name == "IF":
            condition, t = self.compare(sheet, t)
            start, depth, parts, part = t[1:], 0, [], []
            for i, token in enumerate(start):
                if token[1] == ")" and depth == 0 or token[1] == "," and depth == 0:
                    parts.append(part)
                    part = []
                    if token[1] == ")":
                        rest = start[i + 1:]
                        break
                    continue
                depth += (token[0] == "name" or token[1] == "(") - (token[1] == ")")
                part.append(token)
            return self.compare(sheet, parts[0 if condition else 1] + [("end", "")])[0], rest
        args, t = self.arguments(sheet, t)
        numbers = lambda a: [x for x in (a if isinstance(a, list) else [a]) if not isinstance(x, str)]
        if name == "SUM":
            return math.fsum(x for a in args for x in numbers(a)), t
        if name == "SUMPRODUCT":
            return math.fsum(math.prod(xs) for xs in zip(*args)), t
        if name == "SUMIF":
            return math.fsum(x for w, x in zip(args[0], args[2]) if w == args[1] and not isinstance(x, str)), t
        if name == "IRR":
            return irr(numbers(args[0]), args[1] if len(args) > 1 else 0.1), t
        raise AssertionError(f"no function {name}")

    def arguments(self, sheet, t):
        args = []
        while True:
            a, t = self.compare(sheet, t)
            args.append(a)
            if t[0][1] == ")":
                return args, t[1:]
            assert t[0][1] == ",", t[0]
            t = t[1:]


def irr(flows, guess):
    """By secants from `guess`, as a spreadsheet searches."""
    worth = lambda r: math.fsum(f / (1.0 + r) ** i for i, f in enumerate(flows))
    a, b = guess, guess + 1e-3
    for _ in range(100):
        fa, fb = worth(a), worth(b)
        if fb == fa or abs(b - a) < 1e-15 * max(1.0, abs(b)):
            return b
        a, b = b, b - fb * (b - a) / (fb - fa)
    raise ValueError("no IRR")


def same(a, b, scale=0.0):
    if isinstance(a, str) or isinstance(b, str):
        return a == b
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b)) + scale


def scale_of(book, sheet):
    """What rounding in a sum of its largest numbers may leave."""
    return 1e-12 * max([abs(v) for v in book.values[sheet].values() if isinstance(v, float)] or [0.0])


def compare_all(book, values_of, who):
    n = 0
    for sheet, formulas in book.formulas.items():
        for key in formulas:
            carried, computed = book.values[sheet].get(key), values_of(sheet, key)
            assert carried is not None, f"{sheet} {key}: the formula carries no value"
            assert same(carried, computed, scale_of(book, sheet)), f"{who}: {sheet} {key} ={formulas[key]}: carries {carried}, comes to {computed}"
            n += 1
    return n


def results(book, sheet="Pro-forma"):
    """(NPV, IRR) as the formulas come to."""
    f = Formula(book)
    row = {v: k[0] for k, v in book.values[sheet].items() if k[1] == 1}
    return f.cell(sheet, (row["Net present value, USD"], 2)), f.cell(sheet, (row["Internal rate of return"], 2))


def by_libreoffice(path, book):
    """A copy without carried values, converted by LibreOffice, must hold them again. False where soffice is not installed."""
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    if soffice is None:
        return False
    with tempfile.TemporaryDirectory() as d:
        bare = os.path.join(d, "bare.xlsx")
        with zipfile.ZipFile(path) as z, zipfile.ZipFile(bare, "w", zipfile.ZIP_DEFLATED) as out:
            for name in z.namelist():
                data = z.read(name)
                if name.startswith("xl/worksheets/sheet"):
                    data = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", data)
                out.writestr(name, data)
        subprocess.run([soffice, "--headless", f"-env:UserInstallation=file://{d}/profile", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", d + "/out", bare],
                       check=True, capture_output=True, timeout=180)
        other = Book(os.path.join(d, "out", "bare.xlsx"))
        compare_all(book, lambda sheet, key: other.values[sheet].get(key), "LibreOffice")
    return True


def main():
    book = Book(sys.argv[1])
    f = Formula(book)
    n = compare_all(book, f.cell, "recomputed")
    if len(sys.argv) > 2:
        metrics = json.load(open(sys.argv[2]))["metrics"]
        npv, irr_frac = results(book)
        assert same(npv, metrics["npv_usd"]["value"]), (npv, metrics["npv_usd"])
        wanted = metrics["irr_frac"]["value"] if "irr_frac" in metrics else "none"
        assert same(irr_frac, wanted), (irr_frac, wanted)
    office = by_libreoffice(sys.argv[1], book)
    print(f"{n} formulas, all come to the values carried{', by LibreOffice too' if office else ''}")
    if not office:
        print("SKIP: no soffice here; formulas were computed by python3 alone", file=sys.stderr)


if __name__ == "__main__":
    main()
