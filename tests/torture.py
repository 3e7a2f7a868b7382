"""Every failing call: the N-th allocation, then the N-th system call, of each verb fails.

usage: torture.py BIN [--most N] [--verb NAME]... [--kind malloc|write|...]...

A command that meets a failure ends with 5 and says why, or with what it would have done undisturbed: the same status, the same
bytes. It never ends by a signal, leaves no half file, and no file of its own under another name. Allocations fail by
tests/torture/fail.c (preloaded), one for each different stack of callers, once and from there on; system calls by
strace, where it is installed. Commands that write are also killed at calls that change files (kind kill): what has its name
is whole, and the same command run again leaves what it would have left. --most N takes N of each verb and kind, evenly; the default, and 0, is all.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SMALL = "tests/studies/small.json"
STUDY = "tests/studies/grid.json"
KINDS = {"write": "ENOSPC", "read": "EIO", "openat": "EMFILE", "close": "EIO", "fsync": "EIO", "rename": "EIO",
         "newfstatat": "EIO", "mmap": "ENOMEM", "ftruncate": "EIO", "pwrite64": "ENOSPC", "pread64": "EIO", "fcntl": "ENOLCK"}
# name: arguments; OUT is a folder of the run's own, IN one with a finished store and results
VERBS = {
    "check": f"check {SMALL} {STUDY}",
    "run": f"run {SMALL} --format json",
    "run_folder": f"run {SMALL} -o OUT/r --series",
    "compare": f"compare {SMALL} tests/studies/requests.json --format json",
    "compare_results": "compare IN/result.json IN/result.json",
    "compare_folder": "compare IN/result.json IN/result.json -o OUT/c",
    "compare_workbook": "compare IN/result.json IN/result.json -o OUT/c.xlsx",
    "compare_levers": f"compare {SMALL} --levers --only batch,max-q -o OUT/c",
    "compare_places": f"compare {SMALL} tests/studies/requests.json --places",
    "run_workbook": f"run {SMALL} -o OUT/r.xlsx",
    "report_workbook": "report IN/result.json -o OUT/r.xlsx",
    "report_claims": "report --claims power-40-percent -o OUT/c",
    "report": "report IN/result.json -o OUT/r",
    "frontier": "frontier -a h100 -m llama-3.1-8b --isl 1000 --osl 200",
    "train": "train -m llama-3.1-8b -a h100",
    "replay": "replay IN/trace.csv -a h100 -m llama-3.1-8b -o OUT/r",
    "sweep": f"sweep {STUDY} -o OUT/s.sqlite -j 1 --quiet",
    "resume": f"sweep {STUDY} -o IN/part.sqlite -j 1 --quiet",
    "export": "export IN/s.sqlite -o OUT/s.csv",
    "export_jsonl": "export IN/s.sqlite --format jsonl",
    "export_tornado": "export IN/s.sqlite --tornado npv_usd",
    "export_workbook": "export IN/s.sqlite -o OUT/s.xlsx",
    "report_study": "report IN/s.sqlite -o OUT/r",
    "merge": "merge OUT/m.sqlite IN/1.sqlite IN/2.sqlite",
    "catalog": "catalog accelerators h100",
    "explain": "explain NPV",
    "schema": "schema scenario",
    "import_curve": "import curve IN/bench.json --accelerator h100 --model llama-3.1-8b --precision bf16 --gpus 8 -o OUT/c.csv",
    "import": "import llm IN/config.json --name m -o OUT/llm.json",
    "init": "init OUT/site.json --yes",
    "accuracy": "accuracy --data tests/data/operating_points.csv",
    "calibrate": "calibrate --data IN/points.csv -o OUT/c --iterations 1",
}
ENVIRONMENT = dict(os.environ, PATH="/nonexistent", LC_ALL="C", XDG_CACHE_HOME="/nonexistent")
# calls that change files, at which a command is killed
CHANGES = ["openat", "write", "pwrite64", "fsync", "fdatasync", "rename", "unlink", "ftruncate"]
# what a killed command may leave under a name of its own until the next one
LEFT_BY_KILL = re.compile(r"\.\d+-\d+\.tmp$|-journal$|\.lock$")
LOADER = re.compile(r"error while loading shared libraries|cannot (allocate|map|read|apply|stat|open)|symbol lookup", re.I)


def prepare(binary, folder):
    """What verbs read: a store, two shards, a store that was stopped, a result, a trace, a model."""
    def do(line):
        subprocess.run([binary, *line.replace("IN", folder).split()], check=False, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, env=ENVIRONMENT)
    do(f"sweep {STUDY} -o IN/s.sqlite -j 1 --quiet")
    do(f"sweep {STUDY} -o IN/1.sqlite --shard 1/2 -j 1 --quiet")
    do(f"sweep {STUDY} -o IN/2.sqlite --shard 2/2 -j 1 --quiet")
    shutil.copy(f"{folder}/1.sqlite", f"{folder}/part.sqlite")
    do(f"run {SMALL} -o IN --series")
    with open(f"{folder}/trace.csv", "w", encoding="utf-8") as f:
        f.write("timestamp_s,input_tokens,output_tokens\n" + "".join(f"{i * 0.1:.1f},{100 + i % 7 * 40},{20 + i % 5}\n" for i in range(200)))
    with open("tests/data/operating_points.csv", encoding="utf-8") as points, open(f"{folder}/points.csv", "w", encoding="utf-8") as f:
        f.write(points.read().replace(",validate\n", ",fit\n"))
    with open(f"{folder}/bench.json", "w", encoding="utf-8") as f:
        f.write('{"date":"20250101-000000","backend":"vllm","model_id":"m","num_prompts":100,"max_concurrency":8,"duration":10.5,"completed":100,'
                '"total_input_tokens":51200,"total_output_tokens":12800,"output_throughput":1219.0,"mean_ttft_ms":50.1,"p99_ttft_ms":90.2,'
                '"mean_tpot_ms":6.1,"p99_tpot_ms":15}')
    with open(f"{folder}/config.json", "w", encoding="utf-8") as f:
        f.write('{"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":4096,"intermediate_size":14336,'
                '"num_attention_heads":32,"num_hidden_layers":32,"num_key_value_heads":8,"vocab_size":128256,'
                '"max_position_embeddings":131072,"torch_dtype":"bfloat16","tie_word_embeddings":false}')


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


class Try:
    """One command in a folder of its own, disturbed or not: status, output, the files it left; after a kill also of the next."""

    def __init__(self, binary, source, verb, prefix=(), extra=None, again=False):
        self.folder = tempfile.mkdtemp(prefix="torture.")
        out = f"{self.folder}/OUT"
        os.mkdir(out)
        place = source
        if verb == "resume":  # writes into what it reads
            place = f"{self.folder}/IN"
            os.mkdir(place)
            shutil.copy(f"{source}/part.sqlite", place)
        self.command = [binary, *(w.replace("OUT", out).replace("IN/", place + "/") for w in VERBS[verb].split())]
        self.root = self.folder if verb == "resume" else out
        self.told = False
        self.code, self.out, self.err = self.run(prefix, extra)
        self.files = self.look(binary)
        self.again = None
        if again:
            self.run((), None)
            self.again = self.look(binary)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, prefix, extra):
        with open(f"{self.folder}/stdout", "wb") as o, open(f"{self.folder}/stderr", "wb") as e:
            try:
                code = subprocess.run([*prefix, *self.command], stdin=subprocess.DEVNULL, stdout=o, stderr=e,
                                      env=dict(ENVIRONMENT, **(extra or {})), timeout=60, check=False).returncode
            except subprocess.TimeoutExpired:
                code = "timeout"
        with open(f"{self.folder}/stdout", "rb") as f:
            out = self.plain(f.read())
        with open(f"{self.folder}/stderr", "rb") as f:
            return code, out, f.read().decode(errors="replace").replace(self.folder, "")

    def look(self, binary):
        found = {}
        for base, _, names in os.walk(self.root):
            for name in names:
                path = os.path.join(base, name)
                if path not in (f"{self.folder}/stdout", f"{self.folder}/stderr") and not name.endswith(("-shm", "-wal")):
                    found[os.path.relpath(path, self.root)] = self.content(binary, path)
        return found

    def plain(self, data):
        return data.replace(self.folder.encode(), b"")

    def content(self, binary, path):
        if path.endswith(".sqlite"):  # stores are compared by what they say
            done = subprocess.run([binary, "export", path, "--format", "jsonl", "--partial"], capture_output=True,
                                  env=ENVIRONMENT, check=False)
            return done.returncode, hashlib.sha256(done.stdout).hexdigest(), done.stdout.count(b"\n")
        with open(path, "rb") as f:
            data = self.plain(f.read())
        if path.endswith(("result.json", "replay.json")):  # a failure may stand in it, as one more diagnostic
            self.told = says_its_failure(data)
        return hashlib.sha256(data).hexdigest()


def says_its_failure(data):
    try:
        return any(d["code"].startswith(("E1", "E4")) for d in json.loads(data).get("messages", []))
    except ValueError:
        return False


def is_of_store(name):
    return re.search(r"\.sqlite(-wal|-shm|-journal)?$", name) is not None


def fault(calm, disturbed):
    """What is wrong with how a disturbed command ended, or None."""
    code = disturbed.code
    if code == 127 and LOADER.search(disturbed.err):
        return None  # never began
    if not isinstance(code, int) or code < 0 or code >= 128:
        return f"ended by {code}: {disturbed.err.strip()[-200:]}"
    if code == calm.code and code != 5:
        if disturbed.out != calm.out:
            return f"exit {code}, another output"
        for name in calm.files:
            if disturbed.files.get(name) != calm.files[name] and not name.endswith((".svg", ".png")):
                return f"exit {code}, {name} is another or absent"
    elif code != 5:
        return f"exit {code}: {disturbed.err.strip()[-200:]}"
    elif not disturbed.err.strip():
        return "exit 5 without a word"
    for name, content in disturbed.files.items():
        if is_of_store(name):
            if name.endswith(".sqlite") and code == 5 and content[0] not in (0, 3, 5):
                return f"{name} cannot be read: exit {content[0]}"
            continue
        if name not in calm.files:
            return f"{name} left behind"
        if content != calm.files[name] and not (code == 5 and name.endswith(("result.json", "replay.json")) and disturbed.told):
            return f"{name} is half written"
    return None


def fault_of_kill(calm, killed):
    """What is wrong with what a killed command left, or with what the same command makes of it afterwards; or None."""
    if killed.code in (0, calm.code):
        return None  # it had ended
    for name, content in killed.files.items():
        if LEFT_BY_KILL.search(name):
            continue
        if is_of_store(name):
            if content[0] not in (0, 3, 5):
                return f"{name} cannot be read: exit {content[0]}"
        elif content != calm.files.get(name):
            return f"{name} is half written"
    for name in {**calm.files, **killed.again}:
        if killed.again.get(name) != calm.files.get(name):
            return f"afterwards {name} is " + ("absent" if name not in killed.again else "left behind" if name not in calm.files else "another")
    return None


def evenly(items, most):
    return items if not most or len(items) <= most else [items[i * len(items) // most] for i in range(most)]


def allocations(binary, source, verb, shim, most):
    with tempfile.NamedTemporaryFile() as f:
        Try(binary, source, verb, extra={"LD_PRELOAD": shim, "TORTURE_STACKS": f.name})
        numbers = [int(line) for line in f.read().split()]
    for n in evenly(numbers, most):
        for many in ("1", "1000000000"):
            yield f"allocation {n}" + (" and all after" if many != "1" else ""), (), {
                "LD_PRELOAD": shim, "TORTURE_AT": str(n), "TORTURE_FOR": many}


def system_calls(binary, source, verb, kinds, most):
    with tempfile.NamedTemporaryFile() as f:
        Try(binary, source, verb, (shutil.which("strace"), "-f", "-o", f.name, "-e", "trace=" + ",".join(KINDS)))
        text = f.read().decode(errors="replace")

    began = re.search(r"^\d+ +fcntl\(0, F_GETFD", text, re.M)  # the first call of main; what is before is the loader's
    for kind in kinds:
        before = len(re.findall(rf"^\d+ +{kind}\(", text[:began.start()], re.M))
        n_calls = before + len(re.findall(rf"^\d+ +{kind}\(", text[began.start():], re.M))
        for n in evenly(list(range(before + 1, n_calls + 1)), most):
            yield f"{kind} {n}", (shutil.which("strace"), "-f", "-o", "/dev/null", "--seccomp-bpf", "-e", f"trace={kind}", "-e",
                                  f"inject={kind}:error={KINDS[kind]}:when={n}"), {}


def kills(binary, source, verb, most):
    """SIGKILL at calls that change files, evenly over the run."""
    with tempfile.NamedTemporaryFile() as f:
        Try(binary, source, verb, (shutil.which("strace"), "-f", "-o", f.name, "-e", "trace=" + ",".join(CHANGES)))
        text = f.read().decode(errors="replace")
    calls = [(kind, n) for kind in CHANGES for n in range(1, len(re.findall(rf"^\d+ +{kind}\(", text, re.M)) + 1)]
    for kind, n in evenly(calls, most):
        yield f"killed at {kind} {n}", (shutil.which("strace"), "-f", "-o", "/dev/null", "--seccomp-bpf", "-e", f"trace={kind}", "-e",
                                        f"inject={kind}:signal=SIGKILL:when={n}"), {}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--most", type=int)
    parser.add_argument("--verb", action="append")
    parser.add_argument("--kind", action="append")
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    with open(binary, "rb") as f:
        if re.search(rb"__[at]san_init|libclang_rt", f.read()):
            print("SKIP: a sanitizer has the allocator\n0 passed, 0 failed")
            return
    kinds = options.kind or ["malloc", *KINDS, "kill"]
    calls = [k for k in kinds if k in KINDS]
    if (calls or "kill" in kinds) and shutil.which("strace") is None:
        print("SKIP system calls: no strace")
        calls, kinds = [], [k for k in kinds if k == "malloc"]
    n_tried, faults = 0, []
    with tempfile.TemporaryDirectory() as source, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        shim = f"{source}/fail.so"
        subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O2", "-o", shim, f"{HERE}/torture/fail.c"], check=True)
        prepare(binary, source)
        for verb in options.verb or VERBS:
            calm = Try(binary, source, verb)
            tries = []
            if "malloc" in kinds:
                tries += allocations(binary, source, verb, shim, options.most)
            if calls:
                tries += system_calls(binary, source, verb, calls, options.most)
            tries = [(*t, False) for t in tries]
            if "kill" in kinds and calm.files:
                tries += [(*t, True) for t in kills(binary, source, verb, options.most)]

            def one(what):
                name, prefix, extra, kill = what
                t = Try(binary, source, verb, prefix, extra, again=kill)
                return name, fault_of_kill(calm, t) if kill else fault(calm, t)

            bad = [(name, why) for name, why in pool.map(one, tries) if why is not None]
            n_tried += len(tries)
            faults += bad
            print(f"{verb:16s} exit {calm.code}, {len(tries):5d} failures injected, {len(bad):4d} answered wrongly", flush=True)
            for name, why in bad[:int(os.environ.get("TORTURE_LIST", "10"))]:
                print(f"    {name}: {why}")
    print(f"{n_tried - len(faults)} passed, {len(faults)} failed")
    sys.exit(1 if faults else 0)


main()
