// Curves over an axis, drawn by uPlot: toggles and values below, a cursor by mouse and by arrow keys.
import uPlot from "./uPlot.esm.js";
import { h, css } from "./dom.js";
import { digits } from "./format.js";

const HEIGHT = 240;

/**
 * A chart that is drawn anew with `update`. options: {title, x: {label, isTime}, y: {label}, legend}
 * data: {x: [], series: [{label, values, color, dash, fill, bars, points, unit}], bands: [[i, k, color]]}
 */
export function lineChart(options) {
  const plot = h("div", { class: "plot", tabindex: "0", role: "img", keydown: onKey });
  const legend = h("div", { class: "legend", role: "group", "aria-label": `Curves of ${options.title}` });
  const note = h("p", { class: "note", hidden: true });
  const figure = h("figure", { class: "chart" }, h("figcaption", {}, options.title, options.sub ? h("span", { class: "sub" }, options.sub) : null), plot, legend, note);
  const hidden = new Set();
  let chart = null, shape = "", data = null;

  function onKey(event) {
    const move = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (!chart || (!move && event.key !== "Home" && event.key !== "End")) return;
    event.preventDefault();
    const last = data.x.length - 1;
    const at = event.key === "Home" ? 0 : event.key === "End" ? last : Math.min(last, Math.max(0, (chart.cursor.idx ?? -1) + move));
    chart.setCursor({ left: chart.valToPos(data.x[at], "x"), top: HEIGHT / 3 });
  }

  const xText = (x) => (options.x.isTime ? new Date(x * 1000).toISOString().slice(0, 10) : `${digits(x)}${options.x.unit ?? ""}`);

  function readout() {
    const at = chart?.cursor.idx;
    legend.querySelector(".at").textContent = at == null ? "" : `at ${xText(data.x[at])}`;
    legend.querySelectorAll("button").forEach((button, i) => {
      const value = at == null ? null : data.series[i].values[at];
      button.querySelector("b").textContent = value == null ? "" : ` ${digits(value)}`;
    });
  }

  function draw() {
    chart?.destroy();
    const axis = { stroke: () => css("--soft"), grid: { stroke: () => css("--grid"), width: 1 }, ticks: { stroke: () => css("--grid"), width: 1 }, font: "12px system-ui, sans-serif", labelFont: "12px system-ui, sans-serif", labelSize: 18 };
    chart = new uPlot({
      width: Math.max(200, plot.clientWidth), height: HEIGHT, tzDate: (ts) => uPlot.tzDate(new Date(ts * 1e3), "UTC"),
      legend: { show: false }, padding: [8, 12, 0, 0],
      cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false } },
      scales: { x: { time: Boolean(options.x.isTime), range: options.x.log ? undefined : (u, lo, hi) => (options.bars ? [lo - 0.6, hi + 0.6] : [lo, hi]), distr: 1 },
        y: { range: (u, lo, hi) => uPlot.rangeNum(Math.min(0, lo ?? 0), hi ?? 1, 0.08, true) } },
      axes: [{ ...axis, label: options.x.label, size: 30, ...(options.bars ? { incrs: [1, 2, 5, 10] } : {}) }, { ...axis, label: options.y.label, size: 56, values: (u, ticks) => ticks.map((t) => (t == null ? "" : digits(t))) }],
      series: [{}, ...data.series.map((s, i) => ({
        label: s.label, show: !hidden.has(s.label), stroke: () => css(s.color), width: s.width ?? 1.75, dash: s.dash, spanGaps: true,
        fill: s.fill ? () => css(s.fill) : undefined, points: { show: Boolean(s.points), size: s.points ?? 0, fill: () => css(s.color) },
        paths: s.bars ? uPlot.paths.bars({ size: [0.55, 48] }) : s.points && !s.line ? () => null : s.stepped ? uPlot.paths.stepped({ align: 1 }) : undefined,
      }))],
      bands: (data.bands ?? []).map(([i, k, color]) => ({ series: [i + 1, k + 1], fill: () => css(color) })),
      hooks: { setCursor: [readout] },
    }, [data.x, ...data.series.map((s) => s.values)], plot);
  }

  function buildLegend() {
    legend.replaceChildren(...data.series.map((s, i) => h("button", {
      type: "button", "aria-pressed": String(!hidden.has(s.label)), title: "Show or hide",
      click: (e) => {
        const show = hidden.has(s.label);
        if (show) hidden.delete(s.label); else hidden.add(s.label);
        e.currentTarget.setAttribute("aria-pressed", String(show));
        chart.setSeries(i + 1, { show });
      } }, h("i", { class: `key${s.dash ? " dashed" : ""}`, "data-color": s.color.slice(2) }), s.label, s.unit ? h("small", {}, ` ${s.unit}`) : null, h("b"))), h("span", { class: "at" }));
  }

  function update(next, summary, message) {
    data = next;
    note.hidden = !message;
    note.textContent = message ?? "";
    plot.hidden = legend.hidden = Boolean(message);
    if (message) return;
    plot.setAttribute("aria-label", `${options.title}. ${summary ?? ""} Arrow keys move along the curve.`);
    const now = JSON.stringify(data.series.map((s) => [s.label, s.color]));
    if (chart && now === shape && Math.abs(chart.width - plot.clientWidth) < 2) chart.setData([data.x, ...data.series.map((s) => s.values)]);
    else draw();
    if (now !== shape) buildLegend();
    shape = now;
    readout();
  }

  new ResizeObserver(() => { if (chart && Math.abs(chart.width - plot.clientWidth) >= 2 && plot.clientWidth > 0) chart.setSize({ width: plot.clientWidth, height: HEIGHT }); }).observe(plot);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart?.redraw());
  addEventListener("beforeprint", () => chart?.redraw());
  return { figure, update, get data() { return data; } };
}
