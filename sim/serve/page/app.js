// The page: loads a scenario, runs it at each change, shows what came of it.
import { $, h, say } from "./dom.js";
import { get, post, channel, Refusal } from "./api.js";
import * as state from "./state.js";
import * as inputs from "./inputs.js";
import * as kpi from "./kpi.js";
import * as charts from "./charts.js";
import { front } from "./front.js";
import * as studies from "./studies.js";
import { share, dialog } from "./share.js";
import { difference } from "./difference.js";

const run = channel("run");
let result = null, pinned = null, pinnedBody = null, words = new Map();

/** Runs what is shown now; an older run on its way is superseded. */
async function refresh() {
  const request = state.body();
  buttons();
  $("results").setAttribute("aria-busy", "true");
  try {
    const answer = await run({ ...request, charts: true });
    if (answer) show(answer, request);
  } catch (error) {
    $("results").classList.add("stale");
    $("results").setAttribute("aria-busy", "false");
    tell(error instanceof Refusal ? error.messages : [{ code: "", text: `${error.message}: the server does not answer` }]);
  }
}

function show(answer, request) {
  result = answer;
  $("results").classList.remove("stale");
  $("results").setAttribute("aria-busy", "false");
  document.title = `${answer.name} – wattmill`;
  inputs.show(answer);
  kpi.show(answer, pinned);
  charts.show(answer, pinned, request);
  tell(answer.messages);
}

const line = (m, kind, name) => h("p", { class: kind }, h("b", {}, name, m.code ? ` ${m.code}` : ""), " ",
  m.path ? h("code", {}, m.path) : null, m.path ? ": " : "", m.text);

/** Mistakes stand above all; warnings are counted there and open on demand. */
function tell(messages) {
  const warnings = messages.filter((m) => m.code.startsWith("W")), wrong = messages.filter((m) => !m.code.startsWith("W"));
  const wasOpen = $("messages").querySelector("details")?.open ?? false;
  inputs.mark(messages);
  $("messages").replaceChildren(...wrong.map((m) => line(m, "error", "Mistake")),
    warnings.length === 0 ? "" : h("details", { class: "warnings", open: wasOpen }, h("summary", {}, `${warnings.length} warning${warnings.length > 1 ? "s" : ""}`),
      warnings.map((m) => line(m, "warning", "Warning"))));
}

function buttons() {
  $("undo").disabled = !state.canUndo();
  $("redo").disabled = !state.canRedo();
}

function showPin() {
  $("pin").setAttribute("aria-pressed", String(Boolean(pinned)));
  $("pin").textContent = pinned ? "Unpin A" : "Pin A";
  $("why").hidden = !pinned;
}

function pin() {
  pinned = pinned ? null : result;
  pinnedBody = pinned ? state.body() : null;
  showPin();
  say(pinned ? "What is shown is kept as A" : "A is gone");
  if (result) show(result, state.body());
}

async function readFile(file) {
  const text = await file.text();
  const select = $("file");
  select.querySelector("option[data-own]")?.remove();
  select.append(h("option", { value: "", "data-own": true, selected: true }, file.name));
  state.load({ text, name: file.name });
}

async function listFiles() {
  const { files, start } = await get("files");
  const scenarios = files.filter((f) => f.kind === "scenario");
  $("file").replaceChildren(...scenarios.map((f) => h("option", { value: f.file }, f.file)));
  studies.files(files);
  return { start, scenarios };
}

/** Something to save: button, route, body, type and end of the name. */
async function fetched(id, path, body, type, end) {
  say("It is being made");
  $(id).disabled = true;
  try {
    save(await post(path, body), type, `${result?.name ?? path}.${end}`);
  } catch (error) {
    dialog($(id).textContent, h("p", {}, error.message));
  }
  $(id).disabled = false;
}

const report = () => fetched("report", "report", { ...state.body(), quick: true }, "text/html", "html");
const workbook = () => fetched("workbook", "workbook", pinnedBody ? { ...state.body(), base: pinnedBody } : state.body(), "", "xlsx");

function save(text, type, name) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = h("a", { href: url, download: name.replace(/[^\w.-]+/g, "-") });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

function view(name) {
  for (const v of ["site", "studies"]) {
    $(`view-${v}`).hidden = v !== name;
    $(`tab-${v}`).setAttribute("aria-selected", String(v === name));
    $(`tab-${v}`).tabIndex = v === name ? 0 : -1;
  }
  if (name === "studies") studies.show();
}

function wire() {
  $("file").addEventListener("change", (e) => { if (e.target.value) state.load({ file: e.target.value }); });
  $("open").addEventListener("change", (e) => { if (e.target.files[0]) readFile(e.target.files[0]); e.target.value = ""; });
  $("undo").addEventListener("click", state.undo);
  $("redo").addEventListener("click", state.redo);
  $("pin").addEventListener("click", pin);
  $("why").addEventListener("click", () => difference(pinnedBody, state.body(), words));
  $("share").addEventListener("click", share);
  $("report").addEventListener("click", report);
  $("workbook").addEventListener("click", workbook);
  for (const v of ["site", "studies"]) {
    $(`tab-${v}`).addEventListener("click", () => view(v));
    $(`tab-${v}`).addEventListener("keydown", (e) => {
      if (e.key !== "ArrowLeft" && e.key !== "ArrowRight") return;
      const other = v === "site" ? "studies" : "site";
      view(other);
      $(`tab-${other}`).focus();
    });
  }
  addEventListener("keydown", (e) => {
    if (!(e.ctrlKey || e.metaKey) || e.key.toLowerCase() !== "z" || e.target.matches("input[type=text], input[type=search], textarea")) return;
    e.preventDefault();
    if (e.shiftKey) state.redo(); else state.undo();
  });
  addEventListener("dragover", (e) => { e.preventDefault(); document.body.classList.add("dropping"); });
  addEventListener("dragleave", () => document.body.classList.remove("dropping"));
  addEventListener("drop", (e) => {
    e.preventDefault();
    document.body.classList.remove("dropping");
    if (e.dataTransfer.files[0]) readFile(e.dataTransfer.files[0]);
  });
  addEventListener("beforeprint", () => kpi.fill());
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
}

async function begin() {
  wire();
  charts.begin(front());
  const [schema, metrics, { start, scenarios }] = await Promise.all([get("schema"), get("metrics"), listFiles()]);
  inputs.begin(schema);
  words = new Map(metrics.metrics.map((m) => [m.key, m]));
  kpi.begin(metrics);
  studies.begin(metrics);
  state.onChange((_, what) => {
    if (what === "load") pinned = null;
    showPin();
    refresh();
  });
  if (start.endsWith(".sqlite")) { view("studies"); studies.open(start); }
  const first = scenarios.find((f) => f.file === start) ?? scenarios[0];
  if (first) { $("file").value = first.file; state.load({ file: first.file }); }
  else $("messages").replaceChildren(h("p", {}, "There is no scenario in this folder. Drop a scenario file here, or write one with wattmill init."));
}

begin().catch((error) => tell([{ code: "", text: error.message }]));
