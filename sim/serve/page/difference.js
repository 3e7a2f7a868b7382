// What made the difference between A and now: inputs that differ, and a bridge a figure, by running mixtures of the two.
import { h, svg } from "./dom.js";
import { post } from "./api.js";
import { digits, unitOf } from "./format.js";
import { dialog } from "./share.js";

const METRICS = ["revenue_usd_per_mw_utility_year", "npv_usd"];

/** a, b: bodies of runs; words: key -> {words, unit}. */
export async function difference(a, b, words) {
  dialog("What made the difference", h("p", { role: "status" }, "Mixtures of the two are being run …"));
  try {
    const answer = await post("compare", { sides: [a, b], bridge: true, metrics: METRICS });
    dialog("What made the difference", ...(answer.changed.length === 0 ? [h("p", {}, "Nothing differs.")] : [inputs(answer.changed), ...answer.bridges.map((x) => bridge(x, words))]));
  } catch (error) {
    dialog("What made the difference", h("p", { class: "error" }, error.message));
  }
}

const shown = (x) => (x == null ? "–" : typeof x === "number" ? digits(x) : String(x));

function inputs(changed) {
  return h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Input"), h("th", { scope: "col", class: "num" }, "A"), h("th", { scope: "col", class: "num" }, "Now"), h("th", { scope: "col" }, "Unit"))),
    h("tbody", {}, changed.slice(0, 40).map((c) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, c.path)), h("td", { class: "num" }, shown(c.a)), h("td", { class: "num" }, shown(c.b)), h("td", {}, c.unit === "1" ? "" : c.unit)))));
}

/** Rows from A over each block to now; bars on one axis. */
function bridge(x, words) {
  const unit = unitOf(x.unit, [x.a, x.b]), rows = [["A", 0, x.a]];
  let at = x.a;
  for (const step of x.steps) {
    rows.push([step.block, at, at + step.change]);
    at += step.change;
  }
  rows.push(["Now", 0, x.b]);
  const all = rows.flatMap(([, from, to]) => [from, to]), least = Math.min(0, ...all), most = Math.max(0, ...all), width = most - least || 1;
  const bar = ([name, from, to], i) => svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: i === 0 || i === rows.length - 1 ? "u-c1" : to >= from ? "u-c2" : "u-c4", x: (100 * (Math.min(from, to) - least)) / width, width: Math.max(0.6, (100 * Math.abs(to - from)) / width), y: 1, height: 8 }));
  return h("table", { class: "bridge" }, h("caption", {}, words.get(x.metric)?.words ?? x.metric),
    h("tbody", {}, rows.map((row, i) => h("tr", {}, h("th", { scope: "row" }, row[0]), h("td", { class: "bar" }, bar(row, i)),
      h("td", { class: "num" }, `${i > 0 && i < rows.length - 1 && row[2] >= row[1] ? "+" : ""}${digits((row[2] - row[1]) * unit.scale)}`), h("td", {}, unit.symbol)))));
}
