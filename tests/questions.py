"""The commands of docs/questions.md, docs/accuracy.md and README.md, run, and their output beside them.

usage: questions.py BIN check|update FILE...

A block that begins with "$ COMMAND" holds the command's output. `update` puts the new output in where it
differs. `check` fails when the words differ, or when more than a tenth of the numbers are off by more
than TOLERANCE: small moves of a model do not make the page false, and the goldens hold the digits.
Warnings (stderr) are not shown. `build/wattmill` in a command stands for BIN.
"""
import re
import subprocess
import sys

TOLERANCE = 0.2
MAX_OFF = 0.1
BLOCK = re.compile(r"^```(?:console|text)\n\$ (?P<command>(?:[^\n]*\\\n)*[^\n]*)\n(?P<output>.*?)^```$",
                   re.M | re.S)
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
# a residual is noise, the stamp names the build
CHANGING = re.compile(r"^(Balances .*|wattmill \d.*)$", re.M)


def output_of(binary, command):
    shell = command.replace("build/wattmill", binary)
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False)
    lines = (line.rstrip() for line in done.stdout.split("\n"))
    text = "\n".join(line for line in lines if not re.match(r"make\[\d+\]: (Entering|Leaving) ", line))
    text = re.sub(r"^(wattmill \d\S*) \(.*$", r"\1 ...", text, flags=re.M)
    return text if text.endswith("\n") or not text else text + "\n"


def words(text):
    return re.sub(r"\s+", " ", NUMBER.sub("#", text))


def off(a, b):
    return abs(a - b) > TOLERANCE * max(abs(a), abs(b), 1e-9)


def holds(old, new):
    old, new = CHANGING.sub("", old), CHANGING.sub("", new)
    if words(old) != words(new):
        return False
    pairs = list(zip(map(float, NUMBER.findall(old)), map(float, NUMBER.findall(new))))
    return sum(off(a, b) for a, b in pairs) <= MAX_OFF * len(pairs)


def main():
    binary, mode, files = sys.argv[1], sys.argv[2], sys.argv[3:]
    stale = []
    for path in files:
        with open(path, encoding="utf-8") as f:
            text = f.read()

        def renew(match):
            old, new = match["output"], output_of(binary, match["command"].replace("\\\n", " "))
            if not holds(old, new):
                stale.append(f"{path}: the output of `{match['command']}` is another now")
            if CHANGING.sub("", old) == CHANGING.sub("", new):
                return match[0]
            return match[0][:match.start("output") - match.start()] + new + "```"

        renewed = BLOCK.sub(renew, text)
        if mode == "update" and renewed != text:
            with open(path, "w", encoding="utf-8") as f:
                f.write(renewed)
    if mode == "check" and stale:
        print("\n".join(stale) + "\nrun make golden-update and read the difference")
        sys.exit(1)


main()
