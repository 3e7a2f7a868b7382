"""The commands of docs/questions.md and README.md, run, and their output beside them.

usage: questions.py BIN check|update FILE...

A block that begins with "$ COMMAND" holds the command's output. `check` fails when what the program
prints now differs, numbers by more than TOLERANCE; `update` puts the new output in. Warnings (stderr)
are not shown. `build/wattmill` in a command stands for BIN.
"""
import re
import subprocess
import sys

TOLERANCE = 5e-3
BLOCK = re.compile(r"^```(?:console|text)\n\$ (?P<command>(?:[^\n]*\\\n)*[^\n]*)\n(?P<output>.*?)^```$",
                   re.M | re.S)
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
# a residual is noise, the stamp names the build
CHANGING = re.compile(r"^(Balances .*|wattmill \d.*)$", re.M)


def output_of(binary, command):
    shell = command.replace("build/wattmill", binary)
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False)
    text = "\n".join(line.rstrip() for line in done.stdout.split("\n"))
    return text if text.endswith("\n") or not text else text + "\n"


def same(old, new):
    old, new = CHANGING.sub("", old), CHANGING.sub("", new)
    if re.sub(r"\s+", " ", NUMBER.sub("#", old)) != re.sub(r"\s+", " ", NUMBER.sub("#", new)):
        return False
    for a, b in zip(NUMBER.findall(old), NUMBER.findall(new)):
        a, b = float(a), float(b)
        if abs(a - b) > TOLERANCE * max(abs(a), abs(b), 1e-9):
            return False
    return True


def main():
    binary, mode, files = sys.argv[1], sys.argv[2], sys.argv[3:]
    stale = []
    for path in files:
        with open(path, encoding="utf-8") as f:
            text = f.read()

        def renew(match):
            new = output_of(binary, match["command"].replace("\\\n", " "))
            if same(match["output"], new):
                return match[0]
            stale.append(f"{path}: the output of `{match['command']}` is another now")
            start = match.start("output") - match.start()
            return match[0][:start] + new + "```"

        renewed = BLOCK.sub(renew, text)
        if mode == "update" and renewed != text:
            with open(path, "w", encoding="utf-8") as f:
                f.write(renewed)
    if mode == "check" and stale:
        print("\n".join(stale) + "\nrun make golden-update and read the difference")
        sys.exit(1)


main()
