"""The page of `wattmill serve` in a headless Chromium, driven by chromedriver's WebDriver over HTTP.

usage: page.py BIN [FOLDER]    (FOLDER: screenshots of what was looked at are left there)

Every control is reached by keyboard and used by mouse; three widths, light and dark, print; nothing in the console, no
request off the machine; numbers are the command's to the last digit; hostile names stay text. Where chromium or
chromedriver is not installed it prints SKIP.
"""
import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

SITE = "scenarios/virginia-100mw-gb300.json"
HOSTILE = '"><img src=x onerror=document.title=1><script>document.title=2</script>'
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def check(good, what):
    if not good:
        print("FAIL", what)
        raise SystemExit(1)


class Browser:
    def __init__(self, chromium, driver):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.process = subprocess.Popen([driver, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.top = f"http://127.0.0.1:{port}"
        for _ in range(200):
            try:
                if self.ask("GET", "/status")["ready"]:
                    break
            except OSError:
                time.sleep(0.1)
        args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1"]
        wanted = {"browserName": "chrome", "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}, "goog:chromeOptions": {"binary": chromium, "args": args}}
        self.session = ""
        self.session = "/session/" + self.ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.top + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            return json.load(urllib.request.urlopen(request, timeout=120))["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode()[:600]) from None

    def do(self, path, body):
        return self.ask("POST", self.session + path, body)

    def js(self, script, *args):
        return self.do("/execute/sync", {"script": script, "args": list(args)})

    def cdp(self, command, **params):
        return self.do("/goog/cdp/execute", {"cmd": command, "params": params})

    def size(self, width, height=900):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def scheme(self, name):
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def find(self, css):
        return self.do("/element", {"using": "css selector", "value": css})[ELEMENT]

    def click(self, css):
        self.do(f"/element/{self.find(css)}/click", {})

    def type(self, css, text):
        self.do(f"/element/{self.find(css)}/value", {"text": text})

    def keys(self, *keys):
        """Presses one after the other, each let go at once; a list is held together."""
        for key in keys:
            held = key if isinstance(key, list) else [key]
            actions = [{"type": "keyDown", "value": k} for k in held] + [{"type": "keyUp", "value": k} for k in reversed(held)]
            self.do("/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def wait(self, script, what, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = self.js(f"return {script}")
            if value:
                return value
            time.sleep(0.05)
        check(False, f"{what} (waited {seconds} s; messages: {self.js('return document.getElementById(`messages`).textContent')})")

    def shot(self, folder, name):
        if folder:
            with open(os.path.join(folder, name + ".png"), "wb") as f:
                f.write(base64.b64decode(self.ask("GET", self.session + "/screenshot")))

    def quit(self):
        try:
            self.ask("DELETE", self.session)
        finally:
            self.process.terminate()
            self.process.wait()


TAB, ENTER, RIGHT, DOWN, CONTROL, SHIFT, SPACE = "\ue004", "\ue007", "\ue014", "\ue015", "\ue009", "\ue008", " "
SHOWN = "document.getElementById('results').getAttribute('aria-busy') === 'false'"
VALUES = "return Object.fromEntries([...document.querySelectorAll('#results data[data-key]')].map(d => [d.dataset.key, d.getAttribute('value')]))"


PRICE = "return document.querySelector(\"[data-path='site.tariff.energy_usd_per_mwh'] input[type=range]\").value"


def settled(b):
    """The newest change is shown."""
    time.sleep(0.15)
    b.wait(SHOWN, "a result is shown")


def printed(binary, path, *sets):
    words = [w for s in sets for w in ("--set", s)]
    out = subprocess.run([binary, "run", path, "--format", "json", "-q", *words], capture_output=True, check=True).stdout
    return json.loads(out)["metrics"]


def same_numbers(b, metrics, what):
    shown = b.js(VALUES)
    check(len(shown) > 20, f"{what}: figures are shown: {shown}")
    for key, value in shown.items():
        if key in metrics:
            check(float(value) == metrics[key]["value"], f"{what}: {key} is {value}, the command says {metrics[key]['value']}")


def looks(b, url, folder):
    for scheme in ("light", "dark"):
        b.scheme(scheme)
        for width in (1440, 1024, 390):
            b.size(width)
            b.do("/url", {"url": url})
            b.wait(SHOWN, f"the page at {width}, {scheme}")
            time.sleep(0.4)
            over = b.js("return [...document.querySelectorAll('body *')].filter(e => e.getClientRects().length && e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.wide, .visually-hidden, svg, .skip')).map(e => e.tagName + '.' + e.className).slice(0, 5)")
            check(over == [] and b.js("return document.documentElement.scrollWidth <= innerWidth"), f"nothing runs out of {width} px ({scheme}): {over}")
            b.shot(folder, f"{scheme}-{width}")
    b.scheme("light")
    b.size(1280)
    print("looks: ok")


def by_keyboard(b):
    """Tab reaches every control that can be seen, each has a name."""
    b.js("document.querySelectorAll('#controls details').forEach((d, i) => { d.open = i < 3; }); document.activeElement.blur(); window.met = new Set(); addEventListener('focusin', e => met.add(e.target));")
    wanted = b.js("""window.all = [...document.querySelectorAll('button, input, select, summary, textarea, [tabindex="0"]')].filter(e => !e.disabled && e.tabIndex >= 0 && e.checkVisibility() && e.type !== 'file');
        return all.map(e => e.id || e.getAttribute('aria-label') || e.textContent.slice(0, 30))""")
    nameless = b.js("return all.filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length || e.title)).map(e => e.outerHTML.slice(0, 80))")
    check(nameless == [], f"controls without a name: {nameless}")
    tab = [{"type": "keyDown", "value": TAB}, {"type": "keyUp", "value": TAB}]
    b.do("/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": tab * (len(wanted) + 12)}]})
    missed = b.js("return all.filter(e => !met.has(e)).map(e => e.outerHTML.slice(0, 90))")
    check(missed == [], f"{len(missed)} controls that Tab does not reach: {missed[:3]}")
    print(f"by keyboard: {len(wanted)} controls: ok")


def sliders(b, binary, site):
    row = "[data-path='site.ceiling.limit_mw']"
    slider = f"{row} input[type=range]"
    same_numbers(b, printed(binary, site), "at first")
    b.js(f"document.querySelector(\"{slider}\").focus()")
    before = b.js(f"return document.querySelector(\"{slider}\").value")
    b.keys(RIGHT, RIGHT, RIGHT)
    settled(b)
    after = b.js(f"return document.querySelector(\"{slider}\").value")
    check(float(after) > float(before), f"arrow keys move a slider: {before} {after}")
    same_numbers(b, printed(binary, site, f"site.ceiling.limit_mw={after}"), "by the keys of a slider")
    b.keys([CONTROL, "z"])
    settled(b)
    check(b.js(f"return document.querySelector(\"{slider}\").value") != after, "Ctrl+Z takes it back")
    b.click("#redo")
    settled(b)
    b.click("#undo")
    settled(b)
    held = b.js(f"return document.querySelector(\"{slider}\").value")
    box = b.js(f"const r = document.querySelector(\"{slider}\").getBoundingClientRect(); return [r.x, r.y, r.width, r.height]")
    press = [{"type": "pointerMove", "x": int(box[0] + 0.5 * box[2]), "y": int(box[1] + box[3] / 2)}, {"type": "pointerDown", "button": 0}]
    moves = [{"type": "pointerMove", "duration": 20, "x": int(box[0] + f * box[2]), "y": int(box[1] + box[3] / 2)} for f in (0.6, 0.55, 0.5, 0.45, 0.4, 0.35, 0.3)]
    b.do("/actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": press + moves + [{"type": "pointerUp", "button": 0}]}]})
    settled(b)
    dragged = b.js(f"return document.querySelector(\"{slider}\").value")
    same_numbers(b, printed(binary, site, f"site.ceiling.limit_mw={dragged}"), "by dragging a slider")
    check(b.js(f"return document.querySelector(\"{row}\").classList.contains('changed')"), "what changed is marked")
    b.click("#undo")
    settled(b)
    check(b.js(f"return document.querySelector(\"{slider}\").value") == held, "a drag is one step to undo")
    b.js("while (!document.getElementById('undo').disabled) document.getElementById('undo').click()")
    settled(b)
    same_numbers(b, printed(binary, site), "all undone")
    took = b.js("""const s = document.querySelector("[data-path='site.tariff.energy_usd_per_mwh'] input[type=range]"), start = performance.now();
        s.value = 61; s.dispatchEvent(new Event('input', {bubbles: true})); s.dispatchEvent(new Event('change', {bubbles: true}));
        return new Promise(done => { const look = () => document.getElementById('results').getAttribute('aria-busy') === 'false' ? done(performance.now() - start) : setTimeout(look, 5); setTimeout(look, 5); })""")
    same_numbers(b, printed(binary, site, f"site.tariff.energy_usd_per_mwh={b.js(PRICE)}"), "after a price")
    print(f"sliders: ok, a change is shown after {took / 1e3:.2f} s here")


def fields(b, binary, site):
    row = "[data-path='site.ceiling.limit_mw']"
    b.js("while (!document.getElementById('undo').disabled) document.getElementById('undo').click()")
    settled(b)
    b.js(f"document.querySelector(\"{row} input[type=text]\").select()")
    b.type(f"{row} input[type=text]", "90 MW" + ENTER)
    settled(b)
    same_numbers(b, printed(binary, site, "site.ceiling.limit_mw=90 MW"), "with a unit")
    b.js(f"document.querySelector(\"{row} input[type=text]\").select()")
    b.type(f"{row} input[type=text]", "-4" + ENTER)
    b.wait("document.querySelector('#messages .error')", "a mistake is told")
    told = b.js("return document.querySelector('#messages .error').textContent")
    check("E204" in told and "site.ceiling.limit_mw" in told and b.js(f"return document.querySelector(\"{row}\").classList.contains('wrong')"), f"a mistake stands at its field: {told}")
    b.click(f"{row} .reset")
    settled(b)
    check(b.js("return document.querySelector('#messages .error') === null"), "and is gone when it is mended")
    same_numbers(b, printed(binary, site), "reset")
    b.click(f"{row} .info")
    check("contract" in b.js(f"return document.querySelector(\"{row} .doc\").textContent").lower(), "the meaning of a key")
    b.js("const s = document.querySelector(\"[data-path='fleet.0.accelerator'] select\"); s.value = 'h100'; s.dispatchEvent(new Event('change', {bubbles: true}))")
    settled(b)
    b.wait("document.querySelector('#messages .error, #headline h1')", "another accelerator")
    b.click("#undo")
    settled(b)
    b.type("#find", "ratchet")
    check(b.js("return [...document.querySelectorAll('#controls .row')].filter(r => r.checkVisibility()).map(r => r.dataset.path)") == ["site.tariff.ratchet_frac"], "inputs are found by their key")
    b.js("const f = document.getElementById('find'); f.value = ''; f.dispatchEvent(new Event('input', {bubbles: true}))")
    print("fields: ok")


def comparison(b):
    b.click("#pin")
    b.js("const s = document.querySelector(\"[data-path='site.ceiling.limit_mw'] input[type=range]\"); s.value = 80; s.dispatchEvent(new Event('input', {bubbles: true})); s.dispatchEvent(new Event('change', {bubbles: true}))")
    settled(b)
    heads = b.js("return [...document.querySelectorAll('.kpi thead th')].map(t => t.textContent)")
    check(heads == ["Figure", "A", "Now", "Change", "Unit"], f"A beside what is now: {heads}")
    b.click("#why")
    b.wait("document.querySelector('#dialog[open] .bridge')", "what made the difference", 120)
    check("site.ceiling" in b.js("return document.querySelector('#dialog .bridge').textContent"), "names the ceiling")
    b.keys("\ue00c")
    b.js("window.saved = []; const make = URL.createObjectURL; URL.createObjectURL = (blob) => { saved.push([blob.type, blob.size]); return make.call(URL, blob); }")
    for button, kind in (("#report", "text/html"), ("#workbook", "")):
        b.js(f"window.saved = []; document.querySelector('{button}').focus()")
        b.keys(ENTER)
        b.wait("saved.length > 0 || document.getElementById('dialog').open", f"{button} is made", 60)
        saved = b.js("return saved")
        check(saved and saved[0][0] == kind and saved[0][1] > 10000, f"{button} is saved: {saved} {b.js('return document.getElementById(`dialog`).textContent')}")
    b.click("#share")
    text = b.js("return [...document.querySelectorAll('#dialog textarea')].map(t => t.value)")
    check("--set site.ceiling.limit_mw=80" in text[0] and json.loads(text[1])["set"] == {"site.ceiling.limit_mw": 80}, f"changes as a command and as JSON: {text}")
    b.keys("\ue00c")
    check(b.js("return !document.getElementById('dialog').open"), "Escape closes a dialog")
    b.click("#pin")
    b.click("#undo")
    settled(b)
    print("comparison: ok")


def charts(b, least=20):
    toggles = b.js("return document.querySelectorAll('.chart .legend button').length")
    check(toggles >= least, f"parts of charts: {toggles}")
    b.js("window.wrong = []; document.querySelectorAll('.chart .legend button').forEach(t => { const was = t.getAttribute('aria-pressed'); t.click(); const now = t.isConnected ? t.getAttribute('aria-pressed') : null; if (now === was && !t.closest('.chart').querySelector('.heat')) wrong.push(t.textContent); t.click(); })")
    check(b.js("return wrong") == [], f"toggles: {b.js('return wrong')}")
    b.js("document.querySelector('.chart .plot').focus()")
    b.keys(RIGHT, RIGHT)
    check(b.js("return document.querySelector('.chart .legend .at').textContent").startswith("at "), "arrow keys read a curve")
    b.js("document.querySelector('.heat').focus()")
    b.keys(RIGHT, DOWN)
    check("Feb" in b.js("return document.querySelector('.heat + .told').textContent"), "and the heat map")
    b.js("document.querySelector('.plot').scrollIntoView({block: 'center'})")
    box = b.js("const r = document.querySelector('.plot .u-over').getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]")
    b.do("/actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": [{"type": "pointerMove", "x": int(box[0]), "y": int(box[1])}, {"type": "pointerMove", "duration": 30, "x": int(box[0]) + 20, "y": int(box[1])}]}]})
    b.wait("document.querySelector('.chart .legend b').textContent.trim() !== ''", "the mouse reads it too")
    print("charts: ok")


def saved(b, binary, folder, pictures):
    """A report as a file: charts by keys and mouse, nothing asked of anybody, paper has drawings instead."""
    path = os.path.join(folder, "report.html")
    tree = json.load(open(SITE))
    tree.update({"name": HOSTILE, "extends": "base/us-large-load.json", "horizon": {"start": "2027-01-01", "years": 1}})
    json.dump(tree, open(os.path.join(folder, "saved.json"), "w"))
    with open(path, "wb") as f:
        subprocess.run([binary, "report", os.path.join(folder, "saved.json"), "--quick", "-q"], stdout=f, check=True)
    for scheme in ("light", "dark"):
        b.scheme(scheme)
        for width in (1440, 1024, 390):
            b.size(width)
            b.do("/url", {"url": "file://" + path})
            b.wait("document.querySelectorAll('#charts .chart').length === 7", f"charts of a saved report at {width}, {scheme}")
            check(b.js("return document.documentElement.scrollWidth <= innerWidth"), f"a report runs out of {width} px ({scheme})")
            b.js("document.getElementById('charts').scrollIntoView()")
            b.shot(pictures, f"report-{scheme}-{width}")
    b.scheme("light")
    b.size(1440)
    check(b.js("return getComputedStyle(document.querySelector('.twin')).display") == "none", "drawings that a chart stands for are hidden on the screen")
    charts(b, 18)
    check(b.js("return [document.title, document.querySelectorAll('img').length]") == [f"wattmill: {HOSTILE}", 0], "its name stays text")
    pdf = base64.b64decode(b.cdp("Page.printToPDF", printBackground=True)["data"])
    if pictures:
        open(os.path.join(pictures, "report.pdf"), "wb").write(pdf)
    if shutil.which("pdftotext"):
        with tempfile.NamedTemporaryFile(suffix=".pdf") as f:
            f.write(pdf)
            f.flush()
            text = subprocess.run(["pdftotext", f.name, "-"], capture_output=True, text=True).stdout
        check(all(w in text for w in ("mirr_frac", "site.power_chain", "Cash flow and cumulated present value", "Bill by month", "2027-07")), "paper has drawings, folded tables, the bill")
    print("saved report: ok")


def hostile(b, folder):
    path = os.path.join(folder, "hostile.json")
    tree = json.load(open(SITE))
    tree.update({"name": HOSTILE, "extends": "base/us-large-load.json", "fleet": [{**tree["fleet"][0], "name": HOSTILE}], "workloads": [{**tree["workloads"][0], "name": HOSTILE, "pool": HOSTILE}]})
    json.dump(tree, open(path, "w"))
    b.type("#open", path)
    b.wait("document.querySelector('#headline h1')?.textContent.includes('onerror')", "a file from elsewhere is shown")
    settled(b)
    check(b.js("return document.querySelectorAll('img, #results script, #controls script').length") == 0, "hostile names stay text")
    check(b.js("return document.title").startswith('">'), f"nothing of it ran: {b.js('return document.title')}")
    b.click("#share")
    b.keys("\ue00c")
    print("hostile names: ok")


def printing(b, folder):
    b.js("document.querySelectorAll('details').forEach(d => { d.open = false; })")
    pdf = base64.b64decode(b.cdp("Page.printToPDF", printBackground=True)["data"])
    check(len(pdf) > 30000 and b.js("return document.querySelectorAll('#results details:not([open])').length") == 0, "all is open on paper")
    if folder:
        open(os.path.join(folder, "print.pdf"), "wb").write(pdf)
    if shutil.which("pdftotext"):
        with tempfile.NamedTemporaryFile(suffix=".pdf") as f:
            f.write(pdf)
            f.flush()
            text = subprocess.run(["pdftotext", f.name, "-"], capture_output=True, text=True).stdout
        check("mirr_frac" in text and "Cash flow" in text, "paper has every metric")
    print("print: ok")


def studies(b, url, folder):
    b.do("/url", {"url": url})
    b.wait(SHOWN, "the page again")
    b.click("#tab-studies")
    b.wait("document.querySelector('#vary [name=path]')", "the forms")
    b.shot(folder, "studies-empty")
    b.type("#vary .axis:nth-of-type(1) [name=path]", "site.ceiling.limit_mw" + TAB)
    check(b.js("return document.querySelector('#vary [name=from]').value") != "", "a range is proposed")
    b.js("const n = document.querySelector('#vary [name=steps]'); n.value = '4'")
    b.click("#vary button")
    b.wait("document.querySelector('#store table')", "a study runs, is watched, and opens", 180)
    check(b.js("return document.querySelector('.job .soft').textContent").endswith("done"), "its state is told")
    b.wait("document.querySelectorAll('#store .points circle').length >= 2", "its points are drawn")
    b.js("document.querySelector('#store .points').focus()")
    b.keys(RIGHT, RIGHT)
    check(b.js("return document.querySelector('#store .points + .told').textContent").startswith("point "), "arrow keys walk over points")
    b.js("const s = document.querySelector('#store .chart .pair select'); s.value = 'revenue_usd_per_mw_utility_year'; s.dispatchEvent(new Event('change', {bubbles: true}))")
    check("front" in b.js("return document.querySelector('#store .points').closest('figure').querySelector('.sub').textContent"), "two figures have a front")
    b.shot(folder, "studies")
    b.js("document.querySelector('#best [name=points]').value = '20'")
    b.type("#best .axis:nth-of-type(1) [name=path]", "site.ceiling.limit_mw" + TAB)
    b.click("#best button")
    b.wait("document.querySelector('.job progress') && [...document.querySelectorAll('.job button')].some(x => x.textContent === 'Stop')", "a search runs")
    b.js("[...document.querySelectorAll('.job button')].find(x => x.textContent === 'Stop').click()")
    b.wait("[...document.querySelectorAll('.job button')].some(x => x.textContent === 'Resume') || document.querySelector('.job .best')", "and stops", 120)
    b.keys([SHIFT, TAB])
    b.js("document.getElementById('tab-studies').focus()")
    b.keys(RIGHT)
    check(b.js("return !document.getElementById('view-site').hidden"), "arrow keys change the view")
    print("studies: ok")


def quiet(b, folder):
    bad = [l["message"] for l in b.do("/se/log", {"type": "browser"}) if l["level"] in ("SEVERE", "WARNING") and " 409 " not in l["message"] and " 422 " not in l["message"]]
    check(bad == [], f"the console is quiet: {bad}")
    urls = set()
    for entry in b.do("/se/log", {"type": "performance"}):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            urls.add(message["params"]["request"]["url"])
    away = [u for u in urls if not u.startswith(("http://127.0.0.1:", "blob:", "data:", f"file://{folder}"))]
    check(away == [] and len(urls) > 10, f"no request leaves the machine: {away}, of {len(urls)}")
    print("quiet: ok")


def main():
    chromium, driver = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome"), shutil.which("chromedriver")
    if not chromium or not driver:
        print("SKIP page: no chromium with chromedriver here")
        return
    binary, pictures = os.path.abspath(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None
    if pictures:
        os.makedirs(pictures, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree("scenarios/base", os.path.join(folder, "base"))
        site = shutil.copy(SITE, os.path.join(folder, "site.json"))
        server = subprocess.Popen([binary, "serve", site], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        url = server.stdout.readline().strip()
        if url == "":
            print("SKIP page:", server.stderr.read().strip())
            return
        b = Browser(chromium, driver)
        try:
            looks(b, url, pictures)
            by_keyboard(b)
            sliders(b, binary, site)
            fields(b, binary, site)
            charts(b)
            comparison(b)
            printing(b, pictures)
            studies(b, url, pictures)
            hostile(b, folder)
            saved(b, binary, folder, pictures)
            quiet(b, folder)
        finally:
            b.quit()
            server.terminate()
            check(server.wait(timeout=20) == 0, "the server ends")


main()
