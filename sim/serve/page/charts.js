// The charts of a run; those of A lie beneath as dashed lines.
import { $ } from "./dom.js";
import { digits } from "./format.js";
import { lineChart } from "./line_chart.js";
import { heatMap } from "./heat.js";
import { energyFlow } from "./flow.js";
import { costStack } from "./stack.js";

const all = {};

/** `front`: the chart that asks the server; a saved report has none. */
export function begin(front = null) {
  all.duration = lineChart({ title: "Load duration", sub: "15-minute means, highest first", x: { label: "share of the time", unit: " %" }, y: { label: "MW" } });
  all.days = lineChart({ title: "Through the year", sub: "by day of the site's clock", x: { isTime: true }, y: { label: "MW" } });
  all.heat = heatMap("Under the ceiling");
  all.lambda = lineChart({ title: "Worth of one more MWh", sub: "shadow price λ of the ceiling, highest first", x: { label: "share of the time", unit: " %" }, y: { label: "$/MWh" } });
  all.stack = costStack("Revenue and cost");
  all.cash = lineChart({ title: "Cash flow", sub: "by year of the pro-forma; discounted and cumulated", x: { label: "year" }, y: { label: "M$" }, bars: true });
  all.front = front;
  all.flow = energyFlow("Where the energy goes");
  $("charts").replaceChildren(all.cash.figure, all.stack.figure, all.duration.figure, all.heat.figure, all.days.figure, all.lambda.figure, ...(front ? [front.figure] : []), all.flow.figure);
}

const line = (label, values, color, more = {}) => ({ label, values, color, ...more });

function duration(now, base) {
  const d = now.charts.duration, b = base?.charts?.duration;
  all.duration.update({ x: d.share_of_time_pct, series: [
    line("Ceiling", d.ceiling_mw, "--c4", { unit: "MW", stepped: true }), line("Site", d.site_mw, "--c1", { unit: "MW", width: 2.25 }), line("IT", d.it_mw, "--c2", { unit: "MW" }),
    ...(b ? [line("Site, A", b.site_mw, "--a", { dash: [6, 4], unit: "MW" })] : []),
  ] }, `The meter takes ${digits(d.site_mw[0])} MW at most and ${digits(d.site_mw.at(-1))} at least.`);
}

function days(now) {
  const d = now.charts.days;
  all.days.update({ x: d.site_mean_mw.map((_, i) => d.first_day_s + 86400 * i), series: [
    line("Lowest ceiling", d.ceiling_min_mw, "--c4", { unit: "MW", stepped: true }), line("Highest", d.site_max_mw, "--c3", { unit: "MW", width: 1 }), line("Mean", d.site_mean_mw, "--c1", { unit: "MW", width: 2 }),
  ] }, "Mean and highest power of each day under the lowest ceiling.");
}

function lambda(now, base) {
  const d = now.charts.duration, b = base?.charts?.duration;
  const never = d.shadow_price_usd_per_mwh[0] === 0 && !(b?.shadow_price_usd_per_mwh[0] > 0);
  all.lambda.update({ x: d.share_of_time_pct, series: [
    line("λ", d.shadow_price_usd_per_mwh, "--c5", { unit: "$/MWh", width: 2.25 }),
    ...(b ? [line("λ, A", b.shadow_price_usd_per_mwh, "--a", { dash: [6, 4], unit: "$/MWh" })] : []),
  ] }, `At most ${digits(d.shadow_price_usd_per_mwh[0])} dollars.`, never ? "The ceiling never binds: one more MWh is worth nothing here. Lower the ceiling or raise demand to see what it is worth." : undefined);
}

function cash(now, base) {
  const years = now.yearly;
  const x = years.map((y) => y.year), million = (list, key) => list.map((y) => y[key] * 1e-6);
  const fan = now.yearly_range, build = fan ? years.length - fan.length : 0; // years of construction come first
  const fanned = (key) => years.map((_, i) => (i < build ? null : fan[i - build][key] * 1e-6));
  const series = [line("Flow of the year", million(years, "flow_usd"), "--c1", { bars: true, fill: "--c1-soft", width: 1, unit: "M$" }), line("Cumulated present value", million(years, "cumulated_pv_usd"), "--c2", { width: 2.25, points: 5, line: true, unit: "M$" })];
  let bands = [];
  if (fan) {
    series.push(...[["P90", "p90_usd"], ["P50", "p50_usd"], ["P10", "p10_usd"]].map(([label, key]) => line(label, fanned(key), "--c6", { width: 1, dash: label === "P50" ? [2, 3] : undefined, unit: "M$" })));
    bands = [[2, 4, "--c6-soft"]]; // between P90 and P10
  }
  if (base && base.yearly.length === years.length) series.push(line("Present value, A", million(base.yearly, "cumulated_pv_usd"), "--a", { dash: [6, 4], unit: "M$" }));
  all.cash.update({ x, series, bands }, `Ends at ${digits(years.at(-1).cumulated_pv_usd * 1e-6)} million dollars of present value.`);
}

/** Curves of the series stand only where the result has them: a file of another version may not. */
export function show(now, base, request) {
  const series = Boolean(now.charts?.duration);
  $("charts").hidden = false;
  for (const name of ["duration", "days", "heat", "lambda"]) all[name].figure.hidden = !series;
  if (series) {
    duration(now, base);
    days(now);
    all.heat.update(now.charts.heat);
    lambda(now, base);
  }
  all.stack.figure.hidden = !now.ledger?.length || !now.metrics?.revenue_usd;
  if (!all.stack.figure.hidden) all.stack.update(now);
  all.cash.figure.hidden = !now.yearly?.length;
  if (!all.cash.figure.hidden) cash(now, base);
  all.flow.update(now.energy);
  all.front?.update(now, request);
}
