// Points of a study: any input or figure against any other, the front where both are figures; arrow keys walk over them.
import { h, svg } from "./dom.js";
import { digits, unitOf } from "./format.js";

const HEIGHT = 280, LEFT = 66, RIGHT = 16, TOP = 10, BOTTOM = 40;
const LESS_IS_BETTER = /capex|cost|lcot|power_share|energy_j|carbon|water|payback|stranded/;

const niceStep = (width, n) => {
  const raw = width / n, power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999);
};

function scale(values, from, to) {
  const low = Math.min(...values), high = Math.max(...values), pad = high > low ? 0 : Math.abs(high) || 1;
  const step = niceStep(high - low + 2 * pad, 5), a = Math.floor((low - pad) / step) * step, b = Math.ceil((high + pad) / step) * step;
  return { at: (x) => from + ((x - a) / (b - a)) * (to - from), ticks: Array.from({ length: Math.round((b - a) / step) + 1 }, (_, i) => a + i * step) };
}

/** points: {axes: [name], metrics: [{key, unit}], rows: [[index, axes..., metrics...]]}; wordsOf: key -> words. */
export function scatter(points, metric, wordsOf) {
  const columns = [...points.axes.map((name, i) => ({ name, words: name, unit: "", at: 1 + i, isFigure: false })),
    ...points.metrics.map((m, i) => ({ name: m.key, words: wordsOf(m.key), unit: m.unit, at: 1 + points.axes.length + i, isFigure: true }))]
    .filter((c) => points.rows.filter((r) => Number.isFinite(r[c.at])).length > 1);
  const byName = (name) => columns.find((c) => c.name === name);
  let x = columns[0], y = byName(metric) ?? columns.at(-1), chosen = -1, shown = [];
  if (columns.length < 2) return null;
  const pick = (label, start, change) => h("label", { class: "field" }, h("span", {}, label), h("select", { change: (e) => { change(byName(e.target.value)); chosen = -1; draw(); } },
    columns.map((c) => h("option", { value: c.name, selected: c === start }, c.words))));
  const plot = h("div", { class: "points", tabindex: "0", role: "application", "aria-label": "Points of the study: arrow keys walk over them", keydown: onKey });
  const told = h("p", { class: "told", "aria-live": "polite" });
  const figure = h("figure", { class: "chart" }, h("figcaption", {}, "Points", h("span", { class: "sub" })), h("div", { class: "pair" }, pick("across", x, (c) => { x = c; }), pick("up", y, (c) => { y = c; })), plot, told);

  function onKey(event) {
    const move = { ArrowLeft: -1, ArrowRight: 1, Home: -shown.length, End: shown.length }[event.key];
    if (!move || shown.length === 0) return;
    event.preventDefault();
    tell(Math.min(shown.length - 1, Math.max(0, chosen + move)));
  }

  function tell(i) {
    chosen = i;
    const row = shown[i];
    told.textContent = `point ${row[0]}: ${columns.filter((c) => !c.isFigure || c === x || c === y).map((c) => { const u = unitOf(c.unit, [row[c.at]]); return `${c.words} ${digits(row[c.at] * u.scale)}${u.symbol ? ` ${u.symbol}` : ""}`; }).join("; ")}`;
    plot.querySelectorAll("circle.on").forEach((c) => c.classList.remove("on"));
    plot.querySelector(`circle[data-i="${i}"]`)?.classList.add("on");
  }

  /** No other point is better in both. */
  function front() {
    if (!x.isFigure || !y.isFigure || x === y) return [];
    const sign = (c) => (LESS_IS_BETTER.test(c.name) ? -1 : 1), sx = sign(x), sy = sign(y);
    let best = -Infinity;
    return [...shown].sort((a, b) => sx * (b[x.at] - a[x.at]) || sy * (b[y.at] - a[y.at])).filter((r) => sy * r[y.at] > best && ((best = sy * r[y.at]), true));
  }

  function draw() {
    const width = Math.max(300, plot.clientWidth);
    shown = points.rows.filter((r) => Number.isFinite(r[x.at]) && Number.isFinite(r[y.at])).sort((a, b) => a[x.at] - b[x.at]);
    const ux = unitOf(x.unit, shown.map((r) => r[x.at])), uy = unitOf(y.unit, shown.map((r) => r[y.at]));
    const sx = scale(shown.map((r) => r[x.at] * ux.scale), LEFT, width - RIGHT), sy = scale(shown.map((r) => r[y.at] * uy.scale), HEIGHT - BOTTOM, TOP);
    const at = (r) => [sx.at(r[x.at] * ux.scale), sy.at(r[y.at] * uy.scale)];
    const best = front(), name = (c, u) => (u.symbol ? `${c.words} [${u.symbol}]` : c.words);
    figure.querySelector(".sub").textContent = best.length > 0 ? `line: the front, no point is better in both (${[x, y].map((c) => `${LESS_IS_BETTER.test(c.name) ? "less" : "more"} ${c.words.toLowerCase()}`).join(", ")})` : `${shown.length} points that ended well`;
    plot.replaceChildren(svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": "true" },
      sx.ticks.map((t) => [svg("line", { class: "rule", x1: sx.at(t), x2: sx.at(t), y1: TOP, y2: HEIGHT - BOTTOM }), svg("text", { class: "soft", x: sx.at(t), y: HEIGHT - BOTTOM + 15, "text-anchor": "middle" }, digits(t))]),
      sy.ticks.map((t) => [svg("line", { class: "rule", x1: LEFT, x2: width - RIGHT, y1: sy.at(t), y2: sy.at(t) }), svg("text", { class: "soft", x: LEFT - 6, y: sy.at(t) + 4, "text-anchor": "end" }, digits(t))]),
      svg("text", { x: (LEFT + width - RIGHT) / 2, y: HEIGHT - 6, "text-anchor": "middle" }, name(x, ux)),
      svg("text", { transform: `translate(12 ${(HEIGHT - BOTTOM + TOP) / 2}) rotate(-90)`, "text-anchor": "middle" }, name(y, uy)),
      best.length > 1 ? svg("polyline", { class: "front", points: best.map((r) => at(r).map((v) => v.toFixed(1)).join(",")).join(" ") }) : null,
      shown.map((r, i) => svg("circle", { cx: at(r)[0], cy: at(r)[1], r: 3.5, "data-i": i, class: "dot", mouseenter: () => tell(i), click: () => tell(i) }))));
    told.textContent = "";
  }

  new ResizeObserver(draw).observe(figure);
  return figure;
}
