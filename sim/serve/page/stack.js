// Revenue beside the annualised cost, per contract megawatt and year; parts can be taken out.
import { h, svg } from "./dom.js";
import { digits } from "./format.js";

const BAR = 40;
const COST = "E annualised TCO";

export function costStack(title) {
  const hidden = new Set();
  let bars = [];
  const plot = h("div", { class: "stack" });
  const told = h("p", { class: "told", "aria-live": "polite" });
  const legend = h("div", { class: "legend", role: "group", "aria-label": `Parts of ${title}` });
  const figure = h("figure", { class: "chart" }, h("figcaption", {}, title, h("span", { class: "sub" }, "M$ per contract MW and year; cost: definition E")), plot, told, legend);

  /** Small lines of the ledger stand together, so that a stack has at most eight parts. */
  function parts(lines) {
    const all = lines.filter((l) => Math.abs(l.value) > 0).sort((a, b) => b.value - a.value);
    const most = all.slice(0, 7), rest = all.slice(7).reduce((s, l) => s + l.value, 0);
    return rest > 0 ? [...most, { name: "other lines", value: rest }] : most;
  }

  function draw() {
    const sum = (bar) => bar.parts.filter((p) => !hidden.has(p.id)).reduce((s, p) => s + p.value, 0);
    const WIDTH = Math.max(280, plot.clientWidth), most = Math.max(...bars.map(sum), 1e-9), scale = (WIDTH - 126) / most;
    plot.replaceChildren(svg("svg", { viewBox: `0 0 ${WIDTH} ${bars.length * (BAR + 14) + 4}`, role: "img", "aria-label": bars.map((b) => `${b.name} ${digits(sum(b))} M$ per MW and year`).join("; ") },
      bars.map((bar, i) => {
        let x = 66;
        return [svg("text", { x: 58, y: i * (BAR + 14) + BAR / 2 + 6, "text-anchor": "end", class: "name" }, bar.name),
          ...bar.parts.filter((p) => !hidden.has(p.id)).map((p) => {
            const width = Math.max(0, p.value * scale), at = x;
            x += width;
            const text = `${p.name}: ${digits(p.value)} M$/MW-yr`;
            return svg("rect", { class: `u-${p.color}`, x: at, y: i * (BAR + 14) + 2, width: Math.max(0, width - 0.7), height: BAR, mouseenter: () => { told.textContent = text; } }, svg("title", {}, text));
          }),
          svg("text", { x: x + 6, y: i * (BAR + 14) + BAR / 2 + 6, class: "name" }, digits(sum(bar)))];
      })));
  }

  function update(result) {
    const mw = result.metrics.revenue_usd.value / result.metrics.revenue_usd_per_mw_utility_year.value; // MW-years
    const year = result.simulated_years[0];
    const per = 1e-6 / (Number.isFinite(mw) && mw > 0 ? mw : (year.contract_mw * result.simulated_years.reduce((s, y) => s + y.hours, 0)) / 8760);
    const classes = result.classes.map((c) => ({ name: c.name, value: c.revenue_usd * per }));
    const other = result.metrics.revenue_usd.value * per - classes.reduce((s, c) => s + c.value, 0);
    if (other > 1e-6) classes.push({ name: "other revenue", value: other });
    const cost = result.ledger.filter((l) => l.definitions.includes(COST)).map((l) => ({ name: l.name, value: l.usd * per }));
    bars = [{ name: "Revenue", parts: parts(classes) }, { name: "Cost", parts: parts(cost) }];
    bars.forEach((bar, b) => bar.parts.forEach((p, i) => { p.id = `${b}/${p.name}`; p.color = b === 0 ? ["c2", "c1", "c6", "c3", "c5", "c4", "c7", "c8"][i] : ["c4", "c1", "c7", "c5", "c6", "c3", "c2", "c8"][i]; }));
    legend.replaceChildren(...bars.flatMap((bar) => bar.parts).map((p) => h("button", {
      type: "button", "aria-pressed": String(!hidden.has(p.id)), title: "Show or hide",
      click: (e) => {
        if (!hidden.delete(p.id)) hidden.add(p.id);
        e.currentTarget.setAttribute("aria-pressed", String(!hidden.has(p.id)));
        draw();
      } }, h("i", { class: "key", "data-color": p.color }), p.name, h("b", {}, ` ${digits(p.value)}`))));
    told.textContent = "";
    draw();
  }

  new ResizeObserver(() => { if (bars.length > 0) draw(); }).observe(figure);
  return { figure, update };
}
