// Studies and searches: started here, watched by server-sent events, stopped, resumed; what their stores hold.
import { h, $, say } from "./dom.js";
import { get, post } from "./api.js";
import { digits, text, unitOf } from "./format.js";
import * as state from "./state.js";
import * as inputs from "./inputs.js";
import { bars } from "./bars.js";
import { scatter } from "./scatter.js";
import { bestSoFar } from "./best_so_far.js";

let words = new Map(), files_ = [], jobs = [], watched = null, opened = null, built = false;

const wordsOf = (key) => words.get(key)?.words ?? key;
const unitFor = (key) => words.get(key)?.unit ?? "";

export function begin(metrics) {
  words = new Map(metrics.metrics.map((m) => [m.key, m]));
}

export function files(list) {
  files_ = list;
}

const field = (label, control) => h("label", { class: "field" }, h("span", {}, label), control);
const number = (value, name) => h("input", { type: "text", inputmode: "decimal", value, name, size: "7", autocomplete: "off" });

/** Numbers that the scenario has, as a list to choose from. */
function keys() {
  return h("datalist", { id: "study-keys" }, inputs.numeric().map((i) => h("option", { value: i.path }, `${i.value} ${i.unit}`)));
}

function build() {
  built = true;
  $("view-studies").replaceChildren(
    h("section", { class: "starts", "aria-label": "Start" }, keys(),
      h("h2", {}, "Vary inputs"),
      h("p", { class: "soft" }, "Runs the scenario as it stands, with its changes, at every combination."),
      h("form", { id: "vary", submit: startVary }, h("div", { class: "axes" }, axisRow("Input", 5), axisRow("and input", "")), h("p", { class: "end" }, h("button", { class: "main" }, "Start study"))),
      h("h2", {}, "Run a study of the folder"),
      h("form", { id: "own", submit: startOwn }, field("Study file", h("select", { name: "study" })), h("p", { class: "end" }, h("button", { class: "main" }, "Start study"))),
      h("h2", {}, "Find the best"),
      h("form", { id: "best", submit: startSearch },
        h("div", { class: "pair" }, h("select", { name: "way", "aria-label": "Direction" }, h("option", {}, "maximise"), h("option", {}, "minimise")),
          h("select", { name: "metric", "aria-label": "Figure" }, [...words.values()].filter((m) => m.words !== m.key).map((m) => h("option", { value: m.key }, m.words)))),
        h("div", { class: "axes" }, searchRow("over"), searchRow("and")),
        h("div", { class: "pair" }, field("such that", h("input", { type: "text", name: "subject", placeholder: "slo_attainment_frac>=0.99" })), field("points at most", number("80", "points"))),
        h("p", { class: "end" }, h("button", { class: "main" }, "Start search")))),
    h("section", { class: "found", "aria-label": "Studies" }, h("div", { id: "study-message", role: "alert" }), h("div", { id: "jobs" }), h("div", { id: "store" })));
  $("view-studies").querySelector("[name=metric]").value = "npv_usd";
}

const axisRow = (label, steps) => h("fieldset", { class: "axis" }, h("legend", {}, label),
  h("input", { type: "text", name: "path", list: "study-keys", placeholder: "site.tariff.energy_usd_per_mwh", "aria-label": `${label}: key`, change: propose }),
  h("div", { class: "numbers" }, field("from", number("", "from")), field("to", number("", "to")), field("values", number(String(steps), "steps"))));
const searchRow = (label) => h("fieldset", { class: "axis" }, h("legend", {}, label),
  h("input", { type: "text", name: "path", list: "study-keys", placeholder: "site.ceiling.limit_mw", "aria-label": `${label}: key`, change: propose }),
  h("div", { class: "numbers" }, field("from", number("", "from")), field("to", number("", "to"))));

/** A range around the value that a key has now. */
function propose(event) {
  const row = event.target.closest("fieldset"), input = inputs.numeric().find((i) => i.path === event.target.value);
  if (!input) return;
  const range = inputs.rangeOf(input.path, input.value);
  if (row.querySelector("[name=from]").value === "") row.querySelector("[name=from]").value = String(range.low);
  if (row.querySelector("[name=to]").value === "") row.querySelector("[name=to]").value = String(range.high);
  const steps = row.querySelector("[name=steps]");
  if (steps && steps.value === "") steps.value = "5";
}

const rowsOf = (form) => [...form.querySelectorAll(".axis")].map((f) => Object.fromEntries([...f.querySelectorAll("input")].map((i) => [i.name, i.value.trim()]))).filter((r) => r.path !== "");

function values(row) {
  const from = Number(row.from), to = Number(row.to), n = Math.max(2, Math.round(Number(row.steps)) || 2);
  return Array.from({ length: n }, (_, i) => Number((from + ((to - from) * i) / (n - 1)).toPrecision(8)));
}

/** A name for the store that no file has yet. */
function freeName(stem) {
  const taken = new Set([...files_.map((f) => f.file), ...jobs.map((j) => j.store)]);
  let name = `${stem}.sqlite`;
  for (let i = 2; taken.has(name); i++) name = `${stem}-${i}.sqlite`;
  return name;
}

async function begun(request) {
  $("study-message").replaceChildren();
  try {
    jobs = await request;
    say("Started");
    watch(jobs[0].store);
  } catch (error) {
    $("study-message").replaceChildren(...(error.messages?.length ? error.messages : [{ text: error.message }]).map((m) => h("p", { class: "error" }, m.path ? h("code", {}, m.path, " ") : null, m.text)));
  }
  list();
}

function startVary(event) {
  event.preventDefault();
  const rows = rowsOf(event.target), base = state.current();
  const study = { schema_version: 1, name: rows.map((r) => r.path.split(".").at(-1)).join(" x ") || "study", base: base.source.file ?? "", design: "grid",
    axes: rows.map((r) => ({ path: r.path, sweep: values(r) })) };
  begun(post("studies", { study, set: base.sets, store: freeName(study.name.replace(/[^\w-]+/g, "-")) }));
}

function startOwn(event) {
  event.preventDefault();
  begun(post("studies", { study: event.target.study.value }));
}

function startSearch(event) {
  event.preventDefault();
  const form = event.target, base = state.current();
  const vary = Object.fromEntries(rowsOf(form).map((r) => [r.path, [Number(r.from), Number(r.to)]]));
  const subject = form.subject.value.trim();
  begun(post("optimise", { ...state.body(base), vary, [form.way.value]: form.metric.value, subject: subject === "" ? [] : subject.split(/\s*;\s*/), points: Number(form.points.value),
    store: freeName(`${(base.source.file ?? "site").split("/").at(-1).replace(/\.json$/, "")}-best`) }));
}

/** Follows a job until it ends; another one takes its place. */
function watch(store) {
  watched?.close();
  const source = (watched = new EventSource(`v1/studies/${encodeURIComponent(store)}/events`));
  const news = (event) => {
    const job = JSON.parse(event.data);
    jobs = [job, ...jobs.filter((j) => j.store !== job.store)];
    list();
    return job;
  };
  source.addEventListener("progress", news);
  source.addEventListener("end", async (event) => {
    source.close();
    const job = news(event);
    say(`${job.store}: ${job.state}`);
    files_ = (await get("files")).files;
    list();
    if (job.state !== "failed") open(job.store);
  });
  source.addEventListener("error", () => source.close());
}

async function act(store, what) {
  if (what === "resume") return begun(post(`studies/${encodeURIComponent(store)}/resume`, {}));
  await post(`studies/${encodeURIComponent(store)}/${what}`, {}).catch(() => null);
}

function jobRow(job) {
  const done = job.n_total > 0 ? job.n_done / job.n_total : 0;
  return h("div", { class: "job", "data-store": job.store },
    h("div", { class: "head" }, h("strong", {}, job.store), h("span", { class: "soft" }, `${job.kind}, ${job.state}`),
      job.state === "running" ? h("button", { type: "button", click: () => act(job.store, "stop") }, "Stop") : null,
      job.state === "stopped" ? h("button", { type: "button", click: () => act(job.store, "resume") }, "Resume") : null,
      job.state !== "running" ? h("button", { type: "button", click: () => open(job.store) }, "Open") : null),
    h("progress", { max: "1", value: String(job.state === "done" ? 1 : done), "aria-label": `${job.store}: points done` }),
    h("p", { class: "soft" }, `${job.n_done} of ${job.kind === "optimise" ? "at most " : ""}${job.n_total} points${job.n_failed > 0 ? `, ${job.n_failed} did not end well` : ""}${job.n_skipped > 0 ? `, ${job.n_skipped} were there` : ""}`),
    (job.messages ?? []).map((m) => h("p", { class: m.code.startsWith("W") ? "soft" : "error" }, m.text)),
    job.optimum ? optimum(job.optimum) : null);
}

function optimum(best) {
  return h("div", { class: "best" }, h("p", {}, `${best.minimise ? "Least" : "Most"} ${wordsOf(best.metric).toLowerCase()}: `, h("b", {}, text(best.value, unitFor(best.metric))), ` after ${best.n_points} points`),
    h("ul", {}, Object.entries(best.keys).map(([path, value]) => h("li", {}, h("code", {}, path), ` = ${typeof value === "number" ? digits(value) : value}`))),
    h("button", { type: "button", click: () => { for (const [path, value] of Object.entries(best.keys)) state.set(path, value); $("tab-site").click(); } }, "Use on the site"));
}

function list() {
  const others = files_.filter((f) => f.kind === "store" && !f.file.includes("/") && !jobs.some((j) => j.store === f.file));
  const studies = files_.filter((f) => f.kind === "study");
  $("own").querySelector("select").replaceChildren(...studies.map((f) => h("option", { value: f.file }, f.file)));
  $("own").querySelector("button").disabled = studies.length === 0;
  $("jobs").replaceChildren(h("h2", {}, "Studies and searches"), ...jobs.map(jobRow),
    ...others.map((f) => h("div", { class: "job" }, h("div", { class: "head" }, h("strong", {}, f.file), h("span", { class: "soft" }, "store"),
      h("button", { type: "button", click: () => act(f.file, "resume") }, "Resume"), h("button", { type: "button", click: () => open(f.file) }, "Open")))),
    jobs.length + others.length === 0 ? h("p", { class: "soft" }, "None yet. What is started here is kept in the folder as NAME.sqlite.") : "");
}

export async function show() {
  if (!built) build();
  $("study-keys").replaceWith(keys());
  jobs = await get("studies");
  list();
  const running = jobs.find((j) => j.state === "running");
  if (running && (!watched || watched.readyState === EventSource.CLOSED)) watch(running.store);
}

export async function open(store) {
  if (!built) build();
  opened = store;
  try {
    const answer = await get(`studies/${encodeURIComponent(store)}`);
    if (opened === store) showStore(answer);
  } catch (error) {
    $("store").replaceChildren(h("p", { class: "error" }, `${store}: ${error.message}`));
  }
}

const table = (caption, head, rows) => h("div", { class: "wide" }, h("table", {}, h("caption", {}, caption),
  h("thead", {}, h("tr", {}, head.map((t, i) => h("th", { scope: "col", class: i === 0 ? null : "num" }, t)))), h("tbody", {}, rows)));

function summaryRow(row) {
  const unit = unitOf(row.unit, [row.P10, row.P90, row.max].map(Number));
  const cell = (x) => h("td", { class: "num" }, x === undefined ? "–" : digits(Number(x) * unit.scale));
  return h("tr", {}, h("th", { scope: "row" }, wordsOf(row.metric), unit.symbol ? h("small", {}, ` ${unit.symbol}`) : null), cell(row.P10), cell(row.P50), cell(row.P90), cell(row.mean), cell(row.min), cell(row.max));
}

function showStore(s) {
  const about = s.about, unit = unitFor(s.metric);
  const parts = [h("h2", {}, s.store), h("p", { class: "soft" }, `${about.name}: ${about.design}, ${about.n_stored} of ${about.n_points} points; ${about.axes.join(", ")}`)];
  if (s.summary) parts.push(table("Points that ended well", ["Figure", "P10", "P50", "P90", "mean", "least", "most"], s.summary.map(summaryRow)));
  const search = jobs.find((j) => j.store === s.store)?.optimum ?? (about.name === "optimise" && about.design === "zip" ? { metric: s.metric, minimise: false } : null);
  if (s.points) {
    const curve = search ? bestSoFar(s.points, search.metric, search.minimise, wordsOf(search.metric)) : null;
    if (curve) parts.push(curve);
    const dots = scatter(s.points, search?.metric ?? s.metric, wordsOf);
    if (dots) parts.push(dots);
  }
  if (s.tornado?.length) parts.push(bars(`What moves: ${wordsOf(s.metric)}`, s.tornado, unit));
  if (s.best?.length) {
    const keys = Object.keys(s.best[0]);
    parts.push(table("Best points", keys, s.best.map((row) => h("tr", {}, keys.map((k, i) => h(i === 0 ? "th" : "td", { class: i === 0 ? null : "num" }, typeof row[k] === "number" ? digits(row[k]) : String(row[k] ?? "–")))))));
  }
  if (s.failures?.length) parts.push(table("Points that did not end well", Object.keys(s.failures[0]), s.failures.map((row) => h("tr", {}, Object.values(row).map((v) => h("td", {}, String(v)))))));
  $("store").replaceChildren(...parts);
}
