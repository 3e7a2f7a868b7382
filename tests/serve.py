"""The server of `wattmill serve` from outside: who may ask, what it answers, what it refuses, how it ends.

usage: serve.py BIN [--runs N] [--broken N] [--clients N] [--whole]

Runs against a folder of its own on 127.0.0.1. Prints a line for each group of checks; exit 1 at the first that fails.
Without libmicrohttpd it prints SKIP.
"""
import argparse
import concurrent.futures
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import workbook

SITE = "scenarios/virginia-100mw-gb300.json"
SHORT = {"horizon.years": 0.05} # for what is not about results


class Server:
    def __init__(self, binary, *words):
        self.process = subprocess.Popen([binary, "serve", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        parts = urllib.parse.urlsplit(self.url)
        self.host, self.port, self.token = parts.hostname, parts.port, parts.path.strip("/")

    def ask(self, method, path, body=None, headers=None, token=True):
        """(status, headers, bytes) of a request below the address."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=120)
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        connection.request(method, f"/{self.token}/{path}" if token else f"/{path}", body, headers or {})
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders()), data

    def post(self, path, body):
        status, _, data = self.ask("POST", path, body)
        return status, json.loads(data)

    def rss_kb(self):
        return int(next(l for l in open(f"/proc/{self.process.pid}/status") if l.startswith("VmRSS")).split()[1])

    def end(self, how=signal.SIGINT):
        self.process.send_signal(how)
        return self.process.wait(timeout=20)


def check(good, what):
    if not good:
        print("FAIL", what)
        sys.exit(1)


def folder_of(top):
    """A folder to serve, with something outside that must not be read."""
    folder = os.path.join(top, "sites")
    shutil.copytree("scenarios/base", os.path.join(folder, "base"))
    shutil.copy(SITE, os.path.join(folder, "site.json"))
    with open(os.path.join(top, "secret.json"), "w") as f:
        json.dump({"schema_version": 1, "name": "top secret"}, f)
    os.symlink("../secret.json", os.path.join(folder, "link.json"))
    return folder


def who_may_ask(s):
    check(s.url.startswith("http://127.0.0.1:") and len(s.token) >= 32, f"the address: {s.url}")
    for path in ("v1/schema", "", "index.html", "0" * 32 + "/v1/schema", s.token[:-1] + "x/v1/schema"):
        check(s.ask("GET", path, token=False)[0] == 401, f"no token, no answer: {path}")
    check(s.ask("GET", "v1/schema")[0] == 200, "a token in the path is taken")
    check(s.ask("GET", f"v1/schema?token={s.token}", token=False)[0] == 200, "a token in the query is taken")
    check(s.ask("GET", "v1/schema", headers={"Authorization": f"Bearer {s.token}"}, token=False)[0] == 200, "a bearer's is")
    for headers in ({"Host": "example.org"}, {"Host": f"localhost.example.org:{s.port}"}, {"Origin": "https://example.org"}, {"Origin": "null"}):
        check(s.ask("GET", "v1/schema", headers=headers)[0] == 403, f"another page or host is refused: {headers}")
    own = {"Origin": f"http://127.0.0.1:{s.port}"}
    check(s.ask("GET", "v1/schema", headers=own)[0] == 200, "the own page may ask")
    with socket.socket() as probe:
        local = [a[4][0] for a in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET) if not a[4][0].startswith("127.")]
        if local:
            probe.settimeout(2)
            check(probe.connect_ex((local[0], s.port)) != 0, "it listens on loopback alone")
    headers = s.ask("GET", "")[1]
    check("default-src 'none'" in headers["Content-Security-Policy"] and headers["X-Content-Type-Options"] == "nosniff", "headers of the page")
    print("who may ask: ok")


def answers(s, binary, folder):
    printed = subprocess.run([binary, "run", os.path.join(folder, "site.json"), "--format", "json", "-q"], capture_output=True, check=True).stdout
    for body in ({"scenario": "site.json"}, {"scenario": "site.json", "set": {}}):
        status, headers, data = s.ask("POST", "v1/run", body)
        check(status == 200 and data == printed and headers["Wattmill-Exit"] == "0", "a run is what the command prints, byte for byte")
    changed = subprocess.run([binary, "run", os.path.join(folder, "site.json"), "--format", "json", "-q", "--set", "site.tariff.energy_usd_per_mwh=70"],
                             capture_output=True, check=True).stdout
    for changes in ({"site.tariff.energy_usd_per_mwh": 70}, ["site.tariff.energy_usd_per_mwh=70"]):
        check(s.ask("POST", "v1/run", {"scenario": "site.json", "set": changes})[2] == changed, f"and so with changes {changes}")
    document = json.load(open(os.path.join(folder, "site.json")))
    for body in (document, {"scenario": document}, {"scenario": json.dumps(document)}):
        status, result = s.post("v1/run", body)
        check(status == 200 and result["metrics"] == json.loads(printed)["metrics"], "a document does as well as a file")
    status, result = s.post("v1/run", {"scenario": "site.json", "charts": True})
    charts = result["charts"]
    ends = result["yearly_range"]
    check([ends[-1][k] for k in ("p10_usd", "p50_usd", "p90_usd")] == [result["metrics"][f"npv_p{p}_usd"]["value"] for p in (10, 50, 90)], "the fan ends at the NPV's range")
    check(abs(charts["duration"]["site_mw"][0] - result["metrics"]["site_power_peak_mw"]["value"]) < 1e-3, "a curve begins at the peak")
    check(len(charts["heat"]["site_mw"]) == 288 and len(charts["days"]["site_mean_mw"]) in (365, 366), "months by hours, and days")
    status, result = s.post("v1/check", {"scenario": "site.json"})
    check(status == 200 and any(i["path"] == "site.ceiling.limit_mw" and i["value"] == 100 for i in result["inputs"]), "check tells inputs")
    check(s.ask("GET", "v1/schema")[2] == subprocess.run([binary, "schema"], capture_output=True).stdout, "the schema is the command's")
    check(s.ask("GET", "v1/openapi.json")[2] == subprocess.run([binary, "schema", "openapi"], capture_output=True).stdout, "and OpenAPI")
    told = json.loads(s.ask("GET", "v1/openapi.json")[2])
    schemas = {name: x.get("properties", {}) for name, x in told["components"]["schemas"].items()}
    whole = s.post("v1/run", {"scenario": "site.json", "charts": True})[1]
    check(set(whole) <= set(schemas["Result"]) and set(whole["metrics"]) <= set(schemas["Result"]["metrics"]["properties"]), f"OpenAPI has all of a result: {set(whole) - set(schemas['Result'])}")
    for key in ("classes", "pools", "simulated_years", "bill"):
        have = set(schemas["Result"][key]["items"]["properties"]) | {"lines", "year"}
        check(all(set(row) <= have for row in whole[key]), f"OpenAPI has all of {key}: {set(whole[key][0]) - have}")
    check(set(s.post("v1/check", {"scenario": "site.json"})[1]) <= set(schemas["Check"]), "and of a check")
    check(all("content" in o["responses"]["200"] for p in told["paths"].values() for o in p.values()), "every route says what it answers")
    files = {f["file"]: f["kind"] for f in json.loads(s.ask("GET", "v1/files")[2])["files"]}
    shutil.copy("scenarios/cases/frontier-b200-gb300-dsr1.json", os.path.join(folder, "front.json"))
    for route in ("run", "report", "workbook", "check"):
        status, answer = s.post("v1/" + route, {"scenario": "front.json"})
        check(status == 422 and answer["messages"][0]["code"] == "E207" and "a site is needed" in answer["messages"][0]["text"], f"another case is told plainly: {route} {answer}")
    check("front.json" not in [f["file"] for f in json.loads(s.ask("GET", "v1/files")[2])["files"]], "and not offered")
    check(files.get("site.json") == "scenario" and "link.json" not in files, f"files of the folder: {files}")
    status, result = s.post("v1/frontier", {"scenario": "site.json"})
    best = [p for p in result["series"][0]["front"] if p["best"]]
    check(status == 200 and len(best) == 1 and best[0]["tok_per_s_per_user"] >= 50, "a front with its best point")
    print("answers: ok")


def refuses(s, binary, folder):
    broken = os.path.join(folder, "broken.json")
    with open(broken, "w") as f:
        f.write('{"schema_version": 1, "extends": "site.json",\n "site": {"celing": 1, "ceiling": {"limit_mw": -4}}}')
    told = subprocess.run([binary, "check", broken], capture_output=True, text=True)
    status, answer = s.post("v1/check", {"scenario": "broken.json"})
    lines = [f"{m['line']}:{m['column']}: error {m['code']}: {m['path']} {m['text']}" for m in answer["messages"]]
    shown = [l.split("broken.json:", 1)[1] for l in told.stderr.splitlines() if "broken.json:" in l]
    check(status == 422 and answer["exit"] == told.returncode == 3, f"a broken scenario: {status} {answer}")
    check(len(lines) == len(shown) and all(a.split(" ")[:3] == b.split(" ")[:3] for a, b in zip(lines, shown)), f"with the command's messages: {lines} {shown}")
    outside = ["/etc/passwd", "../secret.json", "link.json", "base/../../secret.json", os.path.join(folder, "..", "secret.json")]
    for path in outside:
        for body in ({"scenario": path}, {"scenario": {"schema_version": 1, "extends": path}},
                     {"scenario": "site.json", "set": {"site.weather.file": path}}, {"scenario": "site.json", "set": [f"site.weather.file={path}"]},
                     {"scenario": {"extends": "site.json", "schema_version": 1, "site": {"weather": {"file": path}}}}):
            for route in ("v1/run", "v1/check", "v1/frontier"):
                status, answer = s.post(route, body)
                text = json.dumps(answer)
                check(status == 422 and "E102" in text and "root:" not in text and "top secret" not in text, f"no file beyond the folder: {route} {body} {text}")
    with open(os.path.join(folder, "leads_out.json"), "w") as f:
        json.dump({"schema_version": 1, "extends": "../secret.json"}, f)
    check(s.post("v1/run", {"scenario": "leads_out.json"})[0] == 422, "nor through a file of it")
    for method, path, body, wanted in (("GET", "v1/nothing", None, 404), ("GET", "v1/run", None, 405), ("POST", "v1/run", "{", 400), ("POST", "v1/run", "", 422),
                                       ("POST", "v1/run", "[]", 422), ("POST", "v1/run", '{"scenari": 1}', 422), ("POST", "v1/run", '{"scenario": 7}', 422),
                                       ("POST", "v1/run", '{"scenario":"site.json","set":{"nothing.here":1}}', 400), ("GET", "../../etc/passwd", None, 404),
                                       ("POST", "v1/run", b'{"scenario":"site.json"}\0', 400), ("DELETE", "v1/run", None, 405)):
        check(s.ask(method, path, body)[0] in (wanted, 422 if wanted == 400 else wanted), f"{method} {path} {body} is {wanted}, was {s.ask(method, path, body)[0]}")
    try:
        check(s.ask("POST", "v1/run", b" " * (9 << 20))[0] == 413, "a request that is too large")
    except (BrokenPipeError, ConnectionResetError):
        pass # it need not be read to its end
    check(s.post("v1/run", {"scenario": "site.json"})[0] == 200, "and goes on")
    print("refuses: ok")


def compares(s, binary, folder):
    sides = [{"scenario": "site.json", "set": SHORT}, {"scenario": "site.json", "set": {**SHORT, "site.tariff.energy_usd_per_mwh": 70, "site.ceiling.limit_mw": 80}}]
    status, answer = s.post("v1/compare", {"sides": sides, "bridge": True, "metrics": ["npv_usd"]})
    changed = {c["path"]: (c["a"], c["b"]) for c in answer["changed"]}
    check(status == 200 and changed == {"site.tariff.energy_usd_per_mwh": (55, 70), "site.ceiling.limit_mw": (100, 80)}, f"what differs: {answer}")
    bridge = answer["bridges"][0]
    check(abs(bridge["a"] + sum(b["change"] for b in bridge["steps"]) - bridge["b"]) < 1e-6 * abs(bridge["b"]), "bars of a bridge sum to the difference")
    check(s.post("v1/compare", {"sides": sides[:1]})[0] == 422, "one side is no comparison")
    status, headers, page = s.ask("POST", "v1/report", {"scenario": "site.json", "set": SHORT, "quick": True})
    check(status == 200 and headers["Content-Type"].startswith("text/html") and b"virginia-100mw-gb300" in page, "a report is a page")
    for body, wanted in (({"scenario": "site.json", "set": SHORT}, "Summary"), ({"scenario": "site.json", "set": SHORT, "base": sides[1]}, "Comparison")):
        status, headers, data = s.ask("POST", "v1/workbook", body)
        if status == 422 and b"libxlsxwriter" in data and b"E104" in data:
            continue # not in this build
        with tempfile.NamedTemporaryFile(suffix=".xlsx") as f:
            f.write(data)
            f.flush()
            book = workbook.Book(f.name)
        compute = workbook.Formula(book)
        n = workbook.compare_all(book, compute.cell, "served")
        check(status == 200 and "spreadsheetml" in headers["Content-Type"] and list(book.values)[0] == wanted and n > 40, f"a workbook: {status} {list(book.values)} {n}")
    check(s.post("v1/workbook", {"scenario": "site.json", "set": {"site.ceiling.limit_mw": -4}})[0] == 422, "no workbook of what is invalid")
    print("compares: ok")


def events(s, name):
    """All events of a job: [(event, data)]."""
    _, headers, data = s.ask("GET", f"v1/studies/{name}/events")
    check(headers["Content-Type"] == "text/event-stream", "events are a stream")
    parts = [e.split("\n") for e in data.decode().strip().split("\n\n")]
    return [(e[0].removeprefix("event: "), json.loads(e[1].removeprefix("data: "))) for e in parts]


def runs_studies(s, binary, folder):
    study = {"schema_version": 1, "name": "prices", "base": "site.json", "design": "grid",
             "axes": [{"path": "site.tariff.energy_usd_per_mwh", "sweep": [40, 50, 60, 70]}, {"path": "seed", "name": "draw", "sweep": [1, 2, 3]}]}
    with open(os.path.join(folder, "prices.json"), "w") as f:
        json.dump(study, f)
    status, jobs = s.post("v1/studies", {"study": "prices.json", "set": SHORT})
    check(status == 200 and jobs[0]["store"] == "prices.sqlite", f"a study starts: {status} {jobs}")
    told = events(s, "prices.sqlite")
    check(told[-1][0] == "end" and told[-1][1]["state"] == "done" and told[-1][1]["n_done"] == 12 and all(t[0] == "progress" for t in told[:-1]), f"and is watched: {told[-1]}")
    own = os.path.join(folder, "own.sqlite")
    subprocess.run([binary, "sweep", os.path.join(folder, "prices.json"), "-q", "-o", own, "--set", "horizon.years=0.05"], check=True, capture_output=True)
    exports = [subprocess.run([binary, "export", p], capture_output=True, check=True).stdout for p in (own, os.path.join(folder, "prices.sqlite"))]
    check(exports[0] == exports[1] and len(exports[0]) > 1000, "its store holds what sweep's holds")
    status, answer = s.ask("GET", "v1/studies/prices.sqlite")[0], json.loads(s.ask("GET", "v1/studies/prices.sqlite")[2])
    check(status == 200 and answer["about"]["n_stored"] == 12 and answer["summary"][0]["metric"] == "npv_usd", f"statistics: {answer['about']}")
    status, jobs = s.post("v1/studies/prices.sqlite/resume", None)
    told = events(s, "prices.sqlite")[-1][1]
    check(status == 200 and told["n_skipped"] == 12 and told["n_done"] == 12, f"resumed, nothing runs twice: {told}")
    status, jobs = s.post("v1/studies", {"study": {**study, "name": "long", "axes": [{"path": "seed", "name": "draw", "sweep": {"from": 1, "to": 3000, "step": 1}}]}, "store": "long.sqlite", "set": {"horizon.years": 0.2}})
    check(status == 200, f"a long one starts: {jobs}")
    check(s.post("v1/studies", {"study": "prices.json"})[0] == 400, "one at a time")
    time.sleep(0.5)
    check(s.post("v1/studies/long.sqlite/stop", None)[0] == 200, "it is told to stop")
    told = events(s, "long.sqlite")[-1][1]
    check(told["state"] == "stopped" and told["exit"] == 130 and told["n_done"] < 3000, f"and stops: {told}")
    status, jobs = s.post("v1/optimise", {"scenario": "site.json", "set": SHORT, "vary": {"site.ceiling.limit_mw": [60, 140]}, "maximise": "npv_usd", "points": 20})
    check(status == 200, f"a search starts: {jobs}")
    told = events(s, "site.optimise.sqlite")[-1][1]
    check(told["state"] == "done" and 60 <= told["optimum"]["keys"]["site.ceiling.limit_mw"] <= 140, f"and finds: {told}")
    for body in ({"study": "../secret.json"}, {"study": {**study, "base": "../secret.json"}}, {"study": {**study, "base": "link.json"}},
                 {"study": {**study, "axes": [{"path": "site.weather.file", "sweep": ["../secret.json"]}]}}, {"study": "prices.json", "set": {"site.weather.file": "../secret.json"}}):
        status, answer = s.post("v1/studies", body)
        check(status == 422 and "E102" in json.dumps(answer), f"no file beyond the folder: {body} {answer}")
    for store in ("../out.sqlite", "/tmp/out.sqlite", ".hidden.sqlite", "a/b.sqlite", "x.json", "site.json", "x\n.sqlite"):
        check(s.post("v1/studies", {"study": "prices.json", "store": store})[0] in (400, 422), f"no store elsewhere: {store}")
    print("studies: ok")


def newer_first(s):
    """Of many changes of one channel the last is answered; others are superseded or were done before."""
    codes, lock = [], threading.Lock()

    def one(k):
        status, _, _ = s.ask("POST", "v1/run?channel=tab", {"scenario": "site.json", "set": {**SHORT, "seed": k}})
        with lock:
            codes.append((k, status))

    threads = [threading.Thread(target=one, args=(k,)) for k in range(1, 13)]
    for t in threads:
        t.start()
        time.sleep(0.01)
    for t in threads:
        t.join()
    status = dict(codes)
    check(status[12] == 200 and set(status.values()) <= {200, 409} and 409 in status.values(), f"newer runs supersede older ones: {status}")
    print("newer first: ok")


def many(s, n_clients, n_runs, how):
    """Clients side by side, each with prices of its own: every answer is the right one. Runs a second, memory before and after."""
    wanted = {}
    for price in (40, 55, 70, 85):
        status, result = s.post("v1/run", {"scenario": "site.json", "set": {**how, "site.tariff.energy_usd_per_mwh": price}})
        wanted[price] = result["metrics"]["npv_usd"]["value"]
    check(len(set(wanted.values())) == 4, "four prices, four answers")
    with concurrent.futures.ThreadPoolExecutor(n_clients) as pool:
        def one(i):
            price = (40, 55, 70, 85)[i % 4]
            status, _, data = s.ask("POST", "v1/run", {"scenario": "site.json", "set": {**how, "site.tariff.energy_usd_per_mwh": price}})
            at = data.find(b'"npv_usd": {')
            return status == 200 and float(data[data.index(b'"value": ', at) + 9:].split(b",", 1)[0]) == wanted[price]
        list(pool.map(one, range(2 * n_clients)))
        before, start = s.rss_kb(), time.monotonic()
        good = list(pool.map(one, range(n_runs)))
        rate = n_runs / (time.monotonic() - start)
    grown = s.rss_kb() - before
    check(all(good), f"{good.count(False)} of {n_runs} answers are missing or another's")
    check(grown < 8192, f"memory grew by {grown} kB over {n_runs} runs")
    print(f"many: {n_runs} runs by {n_clients} clients", f": {rate:.1f} runs/s, memory {grown:+d} kB" if n_runs > 100 else ": ok", sep="")


def left(s, n):
    """More clients than there are connections begin a request and are gone: nobody else waits for them."""
    head = f"POST /{s.token}/v1/run HTTP/1.1\r\nHost: 127.0.0.1:{s.port}\r\nContent-Length: 100\r\n\r\n"
    for _ in range(n):
        with socket.create_connection((s.host, s.port), timeout=30) as c:
            c.sendall(head.encode())
    start = time.monotonic()
    check(s.ask("GET", "v1/schema")[0] == 200, "serves after clients that left")
    check(time.monotonic() - start < 10, "clients that left hold their connections")
    print("left: ok")


def malformed(s, n):
    """Requests of noise: each is answered or its connection closed, and the server goes on."""
    rng = random.Random(18)
    body = json.dumps({"scenario": "site.json", "set": {"site.ceiling.limit_mw": 90}})
    head = f"POST /{s.token}/v1/run HTTP/1.1\r\nHost: 127.0.0.1:{s.port}\r\n"

    def one(i):
        kind = i % 6
        cut = "".join(c if rng.random() > 0.08 else chr(rng.randrange(1, 255)) for c in body)[: rng.randrange(1, len(body))]
        text = {0: head + f"Content-Length: {len(cut.encode())}\r\n\r\n" + cut, 1: head + "Content-Length: -5\r\n\r\n" + cut, 2: cut + "\r\n\r\n",
                3: head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + cut, 4: f"{cut[:9]} /{s.token}/{cut}\r\nHost: 127.0.0.1:{s.port}\r\n\r\n",
                5: head + "X: " + "y" * rng.randrange(1, 3000) + f"\r\nContent-Length: {len(body)}\r\n\r\n"}[kind]
        with socket.create_connection((s.host, s.port), timeout=30) as c:
            c.sendall(text.encode("utf-8", "surrogateescape"))
            if kind == 5:
                return # a body that never comes
            try:
                c.shutdown(socket.SHUT_WR)
                while c.recv(65536):
                    pass
            except OSError:
                pass

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(n)))
    check(s.post("v1/run", {"scenario": "site.json"})[0] == 200, f"serves after {n} malformed requests")
    print(f"malformed: {n}: ok")


def ends(binary, folder):
    for how in (signal.SIGINT, signal.SIGTERM):
        s = Server(binary, folder)
        statuses = []
        threads = [threading.Thread(target=lambda k=k: statuses.append(s.post("v1/run", {"scenario": "site.json", "set": {**SHORT, "seed": k}})[0])) for k in range(1, 9)]
        for t in threads:
            t.start()
        time.sleep(0.05)
        code = s.end(how)
        for t in threads:
            t.join()
        check(code == 0 and set(statuses) <= {200, 503} and len(statuses) == 8, f"ends at {how}: exit {code}, answers {statuses}")
    check(subprocess.run([binary, "serve", os.path.join(folder, "none.json")], capture_output=True).returncode == 5, "no such file: exit 5")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = subprocess.run([binary, "serve", folder, "--port", str(taken.getsockname()[1])], capture_output=True, text=True)
        check(busy.returncode == 5 and "E105" in busy.stderr and busy.stdout == "", f"a port in use: {busy}")
    print("ends: ok")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--runs", type=int, default=64)
    parser.add_argument("--broken", type=int, default=300)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--whole", action="store_true", help="runs of a year, as the demo's, to measure the rate")
    args = parser.parse_args()
    binary = os.path.abspath(args.binary)
    with tempfile.TemporaryDirectory() as top:
        folder = folder_of(top)
        if "libmicrohttpd" in subprocess.run([binary, "serve", os.path.join(folder, "none.json")], capture_output=True, text=True).stderr:
            print("SKIP serve: built without libmicrohttpd")
            return
        s = Server(binary, folder)
        who_may_ask(s)
        answers(s, binary, folder)
        refuses(s, binary, folder)
        compares(s, binary, folder)
        runs_studies(s, binary, folder)
        newer_first(s)
        left(s, 700)
        malformed(s, args.broken)
        many(s, args.clients, args.runs, {} if args.whole else SHORT)
        check(s.end() == 0, "ends with 0")
        ends(binary, folder)


main()
