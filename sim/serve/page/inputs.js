// The inputs of a scenario as sliders and fields, each made from its row of the tables.
import { h, $ } from "./dom.js";
import { describe, sliderRange } from "./schema.js";
import { fieldUnit, words } from "./format.js";
import * as state from "./state.js";

// What a planner turns first; the rest is a search or a group away.
const LEVERS = [
  "site.ceiling.limit_mw", "site.tariff.energy_usd_per_mwh", "site.tariff.demand_usd_per_kw_month",
  "fleet.*.accelerator", "fleet.*.count", "workloads.*.llm", "workloads.*.precision",
  "workloads.*.demand.output_tok_per_s", "workloads.*.demand.requests_per_s", "workloads.*.demand.utilisation_frac",
  "workloads.*.price.paid_frac", "workloads.*.price.discount_frac", "economics.price_half_life_years",
  "site.weather.climate", "site.cooling.type", "site.cooling.supply_c", "site.tariff.type",
  "site.storage.power_mw", "site.storage.energy_mwh", "policy.idle", "economics.ledger.type",
  "economics.ledger.discount_rate_frac",
].map((p) => new RegExp(`^${p.replaceAll(".", "\\.").replace("*", "\\d+")}$`));
const TEXTS = /(^|\.)(title|source|notes|as_of|basis|sha256)$|^(\$schema|extends|schema_version|name)$/;

let schema = null, rows = new Map(), shape = "", from = new Map();

export function begin(theSchema) {
  schema = theSchema;
  $("find").addEventListener("input", find);
}

/** Elements of lists by name: "fleet.0.count" -> "fleet.main.count", as the command takes it. */
export function named(path, inputs) {
  return path.replace(/^(fleet|workloads)\.(\d+)/, (whole, list, i) => {
    const name = inputs.find((x) => x.path === `${list}.${i}.name`)?.value;
    return name && /^[\w-]+$/.test(name) && !/^\d+$/.test(name) ? `${list}.${name}` : whole;
  });
}

/** Inputs of the scenario that are numbers, by the path that the command takes: [{path, value, unit}]. */
export const numeric = () => [...from.values()].filter((i) => typeof i.value === "number" && i.path !== "schema_version" && describe(schema, i.path))
  .map((i) => ({ path: named(i.path, [...from.values()]), value: i.value, unit: fieldUnit(i.unit) }));

/** Ends of a slider for a key of numeric(). */
export const rangeOf = (path, value) => {
  const input = [...from.values()].find((i) => named(i.path, [...from.values()]) === path);
  return sliderRange({ ...describe(schema, input.path), unit: input.unit }, value);
};

function groupOf(path, inputs) {
  const [top, second] = path.split(".");
  if (top === "fleet" || top === "workloads") {
    const name = inputs.find((x) => x.path === `${top}.${second}.name`)?.value ?? second;
    return `${top === "fleet" ? "Pool" : "Workload"} ${name}`;
  }
  if ((top === "site" || top === "economics") && path.split(".").length > 2) return `${words(top)}: ${words(second).toLowerCase()}`;
  return words(top);
}

// Where a key alone does not say what it is.
const LABELS = {
  "site.ceiling.limit_mw": "Ceiling", "site.tariff.energy_usd_per_mwh": "Energy price", "site.tariff.demand_usd_per_kw_month": "Demand charge",
  output_tok_per_s: "Output tokens asked for", requests_per_s: "Requests asked for", utilisation_frac: "Share of capacity asked for",
  paid_frac: "Share of tokens paid", discount_frac: "Price paid over list price", llm: "Model", count: "Accelerators (or how to size)",
  "site.cooling.type": "Cooling plant", "site.cooling.supply_c": "Supply water", "site.weather.climate": "Climate", "site.tariff.type": "Tariff",
  "economics.ledger.type": "Ledger", "economics.price_half_life_years": "Half-life of prices", "policy.idle": "Idle replicas",
};

function labelOf(path) {
  const own = LABELS[path] ?? LABELS[path.split(".").at(-1)];
  if (own) return own;
  const parts = path.split(".").filter((p) => !/^\d+$/.test(p));
  const key = parts.at(-1);
  const bare = /^(limit_mw|type|per_year|repair_h|unit_mw|block_units|block_spares|fixed_frac|linear_frac|square_frac|rating_frac|price|power_mw|energy_mwh)$/;
  return bare.test(key) && parts.length > 2 ? `${words(parts.at(-2))} ${words(key).toLowerCase()}`.replace(" type", "") : words(key);
}

/** Groups anew when keys came or went (another scenario, another tariff); else only values. */
export function show(result) {
  const inputs = result.inputs.filter((i) => !TEXTS.test(i.path));
  from = new Map(result.inputs.map((i) => [i.path, i]));
  const next = inputs.map((i) => i.path).join();
  if (next !== shape) {
    shape = next;
    build(inputs, result.inputs);
  }
  for (const row of rows.values()) row.update(from.get(row.path));
}

function build(inputs, all) {
  const openGroups = new Set([...document.querySelectorAll("#controls details[open] > summary")].map((s) => s.dataset.group));
  const focus = document.activeElement?.closest?.(".row")?.dataset.path;
  const kind = document.activeElement?.type;
  rows = new Map();
  const groups = new Map([["Levers", []]]);
  const paths = new Set(inputs.map((i) => i.path));
  for (const path of optional(paths)) paths.add(path);
  for (const lever of LEVERS)
    for (const path of paths) if (lever.test(path)) groups.get("Levers").push(path);
  for (const path of paths) {
    if (LEVERS.some((l) => l.test(path))) continue;
    const group = groupOf(path, all);
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(path);
  }
  $("controls").replaceChildren(...[...groups].map(([title, list]) => {
    const made = list.map((p) => control(p, all, title === "Levers")).filter(Boolean);
    return made.length === 0 ? "" : h("details", { open: title === "Levers" || openGroups.has(title) },
      h("summary", { "data-group": title }, title, h("span", { class: "count" }, String(made.length))), made);
  }));
  if (focus) rows.get(focus)?.focus(kind);
  find();
}

/** Levers that the scenario leaves out, where the tables have them. */
function optional(paths) {
  return ["economics.price_half_life_years"].filter((p) => !paths.has(p) && describe(schema, p));
}

let serial = 0;

function control(path, all, isLever) {
  const key = path.split(".").at(-1);
  const row = describe(schema, path);
  if (!row || row.isList) return null;
  const names = key === "type" ? describe(schema, path.slice(0, -5))?.names ?? row.names : row.names;
  const input = all.find((i) => i.path === path);
  const id = `input-${serial++}`;
  const own = named(path, all);
  const unit = fieldUnit(row.unit ?? (input?.unit === "1" ? undefined : input?.unit));
  const label = isLever && /^workloads|^fleet/.test(path) && all.filter((i) => /^(fleet|workloads)\.\d+\.name$/.test(i.path)).length > 2
    ? `${labelOf(path)}, ${own.split(".")[1]}` : labelOf(path);
  let field, slider = null, typing = false; // what is being typed stays until it is done
  const change = (value, dragging) => state.set(own, value, dragging);
  if (row.isFlag)
    field = h("input", { id, type: "checkbox", change: (e) => change(e.target.checked) });
  else if (row.choices && !row.isNumber)
    field = h("select", { id, change: (e) => change(e.target.value) }, row.choices.map((c) => h("option", { value: c }, c)));
  else if (names && !row.isNumber && names.length > 0)
    field = h("select", { id, change: (e) => change(e.target.value) },
      [...new Set([...(input ? [] : [""]), ...names, ...(typeof input?.value === "string" ? [input.value] : [])])].map((n) => h("option", { value: n }, n)));
  else
    field = h("input", {
      id, type: "text", autocomplete: "off", spellcheck: "false", placeholder: input ? "" : "not set",
      inputmode: row.isNumber && !row.choices ? "decimal" : "text",
      list: row.choices ? `${id}-words` : null,
      input: () => { typing = true; },
      change: (e) => { typing = false; change(typed(e.target.value, row)); },
    });
  if (row.isNumber && typeof input?.value === "number" && !row.choices) {
    const range = sliderRange({ ...row, unit: input.unit ?? row.unit }, input.value);
    slider = h("input", {
      type: "range", min: range.low, max: range.high, step: range.step, "aria-label": `${label}${unit ? `, ${unit}` : ""}`,
      input: (e) => { field.value = shown(Number(e.target.value)); change(Number(Number(e.target.value).toPrecision(12)), true); },
      change: () => state.settle(),
    });
  }
  const docId = `${id}-doc`;
  const doc = h("p", { id: docId, class: "doc", hidden: true }, explain(row, own));
  const origin = h("span", { class: "origin" });
  const reset = h("button", { type: "button", class: "reset", title: "Back to what the scenario says", hidden: true, "aria-label": `Reset ${label}`,
    click: () => { state.set(own, undefined); field.focus(); } }, "reset");
  const info = h("button", { type: "button", class: "info", "aria-expanded": "false", "aria-controls": docId, "aria-label": `About ${label}`,
    click: () => { doc.hidden = !doc.hidden; info.setAttribute("aria-expanded", String(!doc.hidden)); } }, "?");
  field.setAttribute("aria-describedby", docId);
  const node = h("div", { class: slider ? "row" : "row short", "data-path": path },
    h("label", { for: id }, label), info,
    h("span", { class: "value" }, field, unit ? h("span", { class: "unit" }, unit) : null),
    slider, h("span", { class: "from" }, origin, reset), doc,
    row.choices && field.tagName === "INPUT" ? h("datalist", { id: `${id}-words` }, row.choices.map((c) => h("option", { value: c }))) : null);
  rows.set(path, {
    path, node, search: `${own} ${label} ${row.doc}`.toLowerCase(),
    focus: (kind) => (kind === "range" && slider ? slider : field).focus(),
    update(input) {
      const changed = own in state.current().sets || path in state.current().sets;
      if (input) put(field, slider, input.value, typing);
      else if (!changed && !typing) field.value = "";
      origin.textContent = changed ? "changed" : !input ? "not set" : input.origin === "user" ? "scenario file" : input.origin;
      reset.hidden = !changed;
      node.classList.toggle("changed", changed);
    },
  });
  return node;
}

function explain(row, path) {
  const range = row.min !== undefined && row.max !== undefined ? ` Allowed: ${shown(row.min)} to ${shown(row.max)}${row.unit ? ` ${fieldUnit(row.unit)}` : ""}.` : "";
  const def = row.def !== undefined ? ` Default: ${row.def}.` : "";
  return [`${row.doc.charAt(0).toUpperCase()}${row.doc.slice(1)}.${range}${def} `, h("code", {}, path)];
}

const shown = (x) => (typeof x === "number" ? String(Number(x.toPrecision(10))) : String(x));

/** What was typed: a number, or a text that the reader takes with its unit ("150 MW"); empty gives it back. */
function typed(value, row) {
  const trimmed = value.trim();
  if (trimmed === "") return undefined;
  const plain = Number(trimmed.replaceAll(",", ""));
  return row.isNumber && Number.isFinite(plain) ? plain : trimmed;
}

function put(field, slider, value, typing) {
  if (field.type === "checkbox") field.checked = value === true;
  else if (!typing) field.value = Array.isArray(value) ? value.join(", ") : shown(value);
  if (!slider || typeof value !== "number" || (state.isDragging() && slider === document.activeElement)) return;
  if (value > Number(slider.max)) slider.max = value;
  if (value < Number(slider.min)) slider.min = value;
  slider.value = value;
}

/** Marks the fields that messages name; what was marked before is right again. */
export function mark(messages) {
  for (const row of rows.values()) {
    const own = messages.find((m) => m.path && (m.path === row.path || named(m.path, [...from.values()]) === named(row.path, [...from.values()])));
    row.node.classList.toggle("wrong", Boolean(own) && !own.code.startsWith("W"));
    row.node.querySelector("input, select").setAttribute("aria-invalid", String(Boolean(own) && !own.code.startsWith("W")));
  }
}

function find() {
  const asked = $("find").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of rows.values()) row.node.hidden = !asked.every((w) => row.search.includes(w));
  for (const group of document.querySelectorAll("#controls > details")) {
    const any = [...group.querySelectorAll(".row")].some((r) => !r.hidden);
    group.hidden = !any;
    if (asked.length > 0 && any) group.open = true;
  }
}
