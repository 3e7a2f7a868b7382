// The answer: a headline with its range, and the main figures; beside A where one is pinned.
import { h, svg, $ } from "./dom.js";
import { digits, text, unitOf } from "./format.js";

const RANGES = {
  npv_usd: ["npv_p10_usd", "npv_p50_usd", "npv_p90_usd"],
  irr_frac: ["irr_p10_frac", "irr_p50_frac", "irr_p90_frac"],
  revenue_usd_per_mw_utility_year: ["revenue_p10_usd_per_mw_utility_year", "revenue_p50_usd_per_mw_utility_year", "revenue_p90_usd_per_mw_utility_year"],
};
let words = { groups: [], metrics: [] }, doc = new Map();
/** Fills the table of all metrics, which is made when it is first looked at, or printed. */
export let fill = () => {};

export function begin(metrics) {
  words = metrics;
  doc = new Map(metrics.metrics.map((m) => [m.key, m]));
}

const valueOf = (result, key) => result?.metrics[key]?.value ?? NaN;
const unitFor = (key) => doc.get(key)?.unit ?? "";

/** The figure with all its digits in the element, four on the page. */
function number(result, key, unit) {
  const value = valueOf(result, key);
  const u = unit ?? unitOf(unitFor(key), [value]);
  return h("data", { value: String(value), "data-key": key, title: Number.isFinite(value) ? `${value} ${unitFor(key)}` : "" },
    digits(value * u.scale));
}

/** P10 to P90 as a bar, P50 a tick, the run itself a dot, zero a line where it lies between. */
function rangeBar(result, key) {
  const keys = RANGES[key];
  const [p10, p50, p90] = keys.map((k) => valueOf(result, k)), own = valueOf(result, key);
  if (![p10, p50, p90].every(Number.isFinite)) return null;
  const low = Math.min(p10, own), high = Math.max(p90, own), width = high - low || 1;
  const at = (x) => 4 + (92 * (x - low)) / width;
  return svg("svg", { class: "range", viewBox: "0 0 100 12", preserveAspectRatio: "none", "aria-hidden": "true" },
    low < 0 && high > 0 ? svg("line", { class: "zero", x1: at(0), x2: at(0), y1: 0, y2: 12 }) : null,
    svg("rect", { class: "spread", x: at(p10), width: Math.max(0.5, at(p90) - at(p10)), y: 4, height: 4 }),
    svg("rect", { class: "median", x: at(p50) - 0.5, width: 1, y: 2, height: 8 }),
    svg("rect", { class: "point", x: at(own) - 0.8, width: 1.6, y: 1, height: 10 }));
}

function card(result, base, key, title, note) {
  const values = [key, ...(RANGES[key] ?? [])].map((k) => valueOf(result, k));
  const unit = unitOf(unitFor(key), values);
  const range = RANGES[key]?.map((k) => digits(valueOf(result, k) * unit.scale, 3)) ?? null;
  const median = range && range[0] !== "–" ? RANGES[key][1] : null; // of the draws: it leads, the one case stands beside it
  return h("div", { class: "card" },
    h("h2", {}, title),
    h("p", { class: "big" }, number(result, median ?? key, unit), h("span", { class: "unit" }, unit.symbol)),
    median ? h("p", { class: "case" }, "P50; in one case ", number(result, key, unit)) : null,
    range && range[0] !== "–" ? rangeBar(result, key) : null,
    range && range[0] !== "–" ? h("p", { class: "spread" }, ["P10", "P50", "P90"].map((name, i) => h("span", {}, `${name} `, h("b", {}, range[i])))) : null,
    base ? h("p", { class: "against" }, `A ${digits(valueOf(base, median ?? key) * unit.scale)} · `, change(result, base, median ?? key, unit)) : null,
    note ? h("p", { class: "note" }, note) : null);
}

function change(result, base, key, unit) {
  const difference = valueOf(result, key) - valueOf(base, key);
  if (!Number.isFinite(difference)) return "–";
  const shown = digits(difference * unit.scale);
  return `${difference > 0 ? "+" : ""}${shown}`;
}

function verdict(result) {
  const limit = { demand: "demand limits the site", power: "power limits the site", accelerators: "accelerators limit the site" }[result.headline.limit];
  const hours = valueOf(result, "ceiling_bound_hours");
  return [limit, Number.isFinite(hours) ? `the ceiling binds ${digits(hours)} h` : null].filter(Boolean).join("; ");
}

export function show(result, base) {
  const path = result.headline.price_path;
  $("headline").replaceChildren(
    h("h1", {}, result.name, h("span", { class: "verdict" }, verdict(result))),
    ...result.headline.leads.map((l) => h("p", { class: "lead" }, l)),
    h("div", { class: "cards" },
      card(result, base, "revenue_usd_per_mw_utility_year", "Revenue per contract MW and year"),
      card(result, base, "npv_usd", "Net present value", path ? `at ${path}` : null),
      card(result, base, "power_share_frac", "Power in cash OpEx", "chosen ledger"),
      card(result, base, "irr_frac", "Internal rate of return")));
  $("figures").replaceChildren(table(result, base), allMetrics(result, base));
  $("stamp").textContent = `wattmill ${result.stamp.version} (${result.stamp.git_id}), scenario ${result.stamp.scenario_hash.slice(0, 12)}, seed ${result.stamp.seed}`;
}

function table(result, base) {
  const columns = base ? 5 : 3;
  return h("table", { class: "kpi" },
    h("caption", { class: "visually-hidden" }, "Main figures"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Figure"), base ? h("th", { scope: "col", class: "num" }, "A") : null,
      h("th", { scope: "col", class: "num" }, base ? "Now" : "Value"), base ? h("th", { scope: "col", class: "num" }, "Change") : null,
      h("th", { scope: "col" }, "Unit"))),
    words.groups.map((group) => h("tbody", {},
      h("tr", { class: "group" }, h("th", { colspan: columns, scope: "rowgroup" }, group.title)),
      group.metrics.filter((k) => k in result.metrics || (base && k in base.metrics)).map((key) => {
        const unit = unitOf(unitFor(key), [valueOf(result, key), valueOf(base, key)]);
        return h("tr", {}, h("th", { scope: "row", title: doc.get(key)?.doc }, doc.get(key)?.words ?? key),
          base ? h("td", { class: "num" }, digits(valueOf(base, key) * unit.scale)) : null,
          h("td", { class: "num" }, number(result, key, unit)),
          base ? h("td", { class: "num" }, change(result, base, key, unit)) : null,
          h("td", {}, unit.symbol));
      }))));
}

/** Every metric with all digits, folded; filled when it is opened. */
function allMetrics(result, base) {
  const fold = h("details", { class: "all", toggle: () => { if (fold.open) fill(); } },
    h("summary", {}, `All ${Object.keys(result.metrics).length} metrics, every digit`));
  const rows = () => h("div", { class: "wide" }, h("table", {},
    h("thead", {}, h("tr", {}, ["Metric", base ? "A" : null, "Value", "Unit", "Meaning"].filter(Boolean).map((t) => h("th", { scope: "col" }, t)))),
    h("tbody", {}, Object.entries(result.metrics).map(([key, m]) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, key)),
      base ? h("td", { class: "num" }, String(base.metrics[key]?.value ?? "–")) : null,
      h("td", { class: "num" }, String(m.value)), h("td", {}, m.unit), h("td", {}, m.doc))))));
  fill = () => { if (fold.children.length === 1) fold.append(rows()); };
  fold.open = wasOpen();
  return fold;
}

const wasOpen = () => document.querySelector("#figures details.all")?.open ?? false;
export { text };
