// A search: its best value after each point, in the order in which they ran.
import { lineChart } from "./line_chart.js";
import { digits, unitOf } from "./format.js";

/** points as scatter() takes them; minimise: less is better. null where there is nothing to follow. */
export function bestSoFar(points, metric, minimise, words) {
  const k = points.metrics.findIndex((m) => m.key === metric), at = 1 + points.axes.length + k;
  const rows = points.rows.filter((r) => Number.isFinite(r[at])).sort((a, b) => a[0] - b[0]);
  if (k < 0 || rows.length < 2) return null;
  const unit = unitOf(points.metrics[k].unit, rows.map((r) => r[at]));
  let best = minimise ? Infinity : -Infinity;
  const bests = rows.map((r) => (best = minimise ? Math.min(best, r[at]) : Math.max(best, r[at])) * unit.scale);
  const chart = lineChart({ title: "Best so far", sub: words, x: { label: "points" }, y: { label: unit.symbol } });
  requestAnimationFrame(() => chart.update({ x: rows.map((r) => r[0]), series: [
    { label: "Best so far", values: bests, color: "--c2", width: 2.25, stepped: true, unit: unit.symbol },
    { label: "Each point", values: rows.map((r) => r[at] * unit.scale), color: "--c1", points: 4, unit: unit.symbol }] }, `Ends at ${digits(bests.at(-1))} ${unit.symbol}.`));
  return chart.figure;
}
