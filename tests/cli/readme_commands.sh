# every command the README gives in passing runs
python3 - "$BIN" <<'PY'
import re, subprocess, sys
text = open("README.md", encoding="utf-8").read().replace("\\\n", " ")
commands = re.findall(r"^ {4,}(build/wattmill .*)$|`(build/wattmill [^`$]*)`", text, re.M)
for command in (a or b for a, b in commands):
    if command.split()[1] in ("init", "serve"):  # one asks, one stays
        continue
    done = subprocess.run(["bash", "-c", command.replace("build/wattmill", sys.argv[1])],
                          stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode != 0 or not done.stdout:
        print(command, "exit", done.returncode, done.stderr.decode()[:200])
print(len(commands) >= 6)
PY
