"""Who stands on whom: the table of sim/README.md against what the sources do.

usage: layers.py OBJECTS    (the build folder that holds sim/*/*.o, to ask `nm` who calls whom)

The table has a row for each room, lowest first: what it stands on and which headers without a function are its own. An
arrow is an include of a header, public or private, or a call that `nm` sees. Each arrow must be in the table, each entry
of the table must be an arrow, and all lead to rows further up, so that there is no circle. A `+` allows private headers
too. A public header belongs to the room that holds its functions.
"""
import glob
import os
import re
import subprocess
import sys

README = "sim/README.md"
PUBLIC = "include/wattmill/"
UMBRELLA = PUBLIC + "wattmill.h"


def table():
    """{room: set of rooms}, {room: set of rooms whose private headers it takes}, {header: room}, order of rooms."""
    uses, private, owner = {}, {}, {}
    for line in open(README, encoding="utf-8"):
        cells = [c.strip() for c in line.strip().strip("|").split("|")]
        if len(cells) != 4 or not re.fullmatch(r"`[\w]+/`", cells[0]):
            continue
        room = cells[0].strip("`/")
        words = re.findall(r"[a-z]+\+?", cells[2])
        uses[room] = {w.rstrip("+") for w in words}
        private[room] = {w.rstrip("+") for w in words if w.endswith("+")}
        for header in re.findall(r"`(\w+\.\w+)`", cells[3]):
            owner[PUBLIC + header] = room
    return uses, private, owner


def room_of(path):
    parts = path.split("/")
    return parts[1] if parts[0] == "sim" else parts[0]


def symbols(objects, sources):
    """{symbol: room that defines it}, [(room, source, symbol it calls)]."""
    home, calls = {}, []
    paths = {os.path.join(objects, source[:-2] + ".o"): source for source in sources}
    for path in paths:
        if not os.path.exists(path):
            sys.exit(f"layers: {path} is not built")
    listing = subprocess.run(["nm", "-A", "-g", *paths], capture_output=True, text=True, check=True).stdout
    for line in listing.splitlines():
        path, _, symbol = line.partition(":")
        kind, name = symbol.split()[-2:]
        if kind == "U":
            calls.append((room_of(paths[path]), paths[path], name))
        else:
            home[name] = room_of(paths[path])
    return home, calls


def headers(home, owner, wrong):
    """Adds to `owner` the room of each public header, by where its functions are."""
    for path in sorted(glob.glob(PUBLIC + "*.h")):
        text = re.sub(r"/\*.*?\*/", "", open(path, encoding="utf-8").read(), flags=re.S)
        rooms = {home[name] for name in re.findall(r"\b(wm_\w+)\b(?=\s*[(;\[])", text) if name in home}
        if path == UMBRELLA:
            continue
        if path in owner:
            if rooms - {owner[path]}:
                wrong.append(f"{path} has functions in {', '.join(sorted(rooms))}: take it out of the table")
            continue
        if len(rooms) != 1:
            wrong.append(f"{path} belongs to one room, not to {sorted(rooms) or 'none: name it in the table'}")
        owner[path] = min(rooms, default="")


def target(source, name):
    """Path of what `#include "name"` in `source` finds."""
    beside = os.path.normpath(os.path.join(os.path.dirname(source), name))
    return beside if os.path.exists(beside) else os.path.join("include", name)


def includes(files, owner, wrong):
    """(room, room, file, private?) of each include."""
    for source in files:
        if source == UMBRELLA:
            continue
        here = owner.get(source) if source.startswith(PUBLIC) else room_of(source)
        for name in re.findall(r'^\s*#\s*include "([^"]+)"', open(source, encoding="utf-8").read(), re.M):
            path = target(source, name)
            if path == UMBRELLA:
                if here != "cli":
                    wrong.append(f"{source} includes {UMBRELLA}, which is for programs")
            elif path.startswith(PUBLIC):
                if path in owner:
                    yield here, owner[path], source, False
                else:
                    wrong.append(f"{source} includes {name}, which no room owns")
            elif os.path.exists(path):
                yield here, room_of(path), source, True


def main():
    uses, private, owner = table()
    wrong = []
    sources = sorted(glob.glob("sim/*/*.c") + glob.glob("models/*.c"))
    files = sources + sorted(glob.glob("sim/*/*.h") + glob.glob("models/*.h") + glob.glob(PUBLIC + "*.h"))
    for room in sorted({room_of(s) for s in sources} ^ set(uses)):
        wrong.append(f"{README} and the folders differ in {room}/")
    home, calls = symbols(sys.argv[1], sources)
    headers(home, owner, wrong)
    arrows = [(a, b, f"{f} includes a {'private header' if p else 'header'} of {b}/", p)
              for a, b, f, p in includes(files, owner, wrong)]
    arrows += [(room, home[name], f"{source} uses {name} of {home[name]}/", False)
               for room, source, name in calls if name in home]
    for a, b, what, is_private in arrows:
        if a != b and (b not in uses.get(a, ()) or (is_private and b not in private[a])):
            wrong.append(what)
    drawn = {(a, b) for a, b, _, _ in arrows}
    taken = {(a, b) for a, b, _, p in arrows if p}
    order = list(uses)
    for room in order:
        for other in sorted(uses[room]):
            if other not in order[:order.index(room)]:
                wrong.append(f"{README}: {room}/ stands on {other}/, which is not above it in the table")
            if (room, other) not in drawn:
                wrong.append(f"{README}: {room}/ does not use {other}/")
        wrong += [f"{README}: {room}/ takes no private header of {other}/" for other in sorted(private[room])
                  if (room, other) not in taken]
    print("\n".join(sorted(set(wrong))) if wrong else f"rooms: ok, {len(drawn - {(r, r) for r in order})} arrows")
    return bool(wrong)


sys.exit(main())
