// Where the energy goes: the meter, what the racks take, what they do with it. Ribbons as wide as their MWh.
import { h, svg } from "./dom.js";
import { digits } from "./format.js";

const OUTSIDE = new Set(["cooling", "conversion", "house"]);
const COLOR = { prefill: "--c1", decode: "--c2", training: "--c3", idle: "--c8", host: "--c4", network: "--c5", cooling: "--c6", conversion: "--c7", house: "--c8" };
const HEIGHT = 260, GAP = 10, BOX = 12, LEAST = 15;

export function energyFlow(title) {
  const told = h("p", { class: "told", "aria-live": "polite" });
  const plot = h("div", { class: "flow" });
  const rows = h("tbody");
  const figure = h("figure", { class: "chart" }, h("figcaption", {}, title), plot, told,
    h("details", { class: "data" }, h("summary", {}, "Numbers"), h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Use"), h("th", { scope: "col", class: "num" }, "GWh"), h("th", { scope: "col", class: "num" }, "%"))), rows)));

  /** A ribbon from one height to another, both `high`. */
  const ribbon = (x0, y0, x1, y1, high, use, text) => {
    const mid = (x0 + x1) / 2;
    return svg("path", { class: `ribbon u-${COLOR[use]?.slice(2) ?? "c0"}`, d: `M${x0},${y0}C${mid},${y0} ${mid},${y1} ${x1},${y1}V${y1 + high}C${mid},${y1 + high} ${mid},${y0 + high} ${x0},${y0 + high}Z`, mouseenter: () => { told.textContent = text; } }, svg("title", {}, text));
  };

  function update(energy) {
    const uses = energy.filter((e) => e.mwh > 0);
    const total = uses.reduce((s, e) => s + e.mwh, 0) || 1;
    const racks = uses.filter((e) => !OUTSIDE.has(e.use)), rest = uses.filter((e) => OUTSIDE.has(e.use));
    const ends = [...racks, ...rest];
    const scale = (HEIGHT - GAP * (ends.length + 1)) / total;
    const text = (e) => `${e.use}: ${digits(e.mwh / 1e3)} GWh, ${digits((100 * e.mwh) / total)} %`;
    const parts = [];
    let y = GAP, racksAt = GAP, label = -LEAST;
    const racksHigh = racks.reduce((s, e) => s + e.mwh, 0) * scale;
    const WIDTH = Math.max(300, plot.clientWidth), meterAt = GAP, middle = WIDTH * 0.3, right = WIDTH - (WIDTH < 420 ? 130 : 196);
    parts.push(svg("rect", { class: "box", x: 0, y: meterAt, width: BOX, height: total * scale }), ribbon(BOX, meterAt, middle, racksAt, racksHigh, "", `racks: ${digits(racksHigh / scale / 1e3)} GWh`),
      svg("rect", { class: "box", x: middle, y: racksAt, width: BOX, height: racksHigh }));
    let fromRacks = racksAt, fromMeter = meterAt + racksHigh;
    for (const e of ends) {
      const high = e.mwh * scale, inside = !OUTSIDE.has(e.use);
      parts.push(inside ? ribbon(middle + BOX, fromRacks, right, y, high, e.use, text(e)) : ribbon(BOX, fromMeter, right, y, high, e.use, text(e)));
      if (inside) fromRacks += high; else fromMeter += high;
      label = Math.max(y + high / 2 + 4, label + LEAST);
      parts.push(svg("text", { x: right + 8, y: label }, svg("tspan", { class: "name" }, e.use), svg("tspan", { class: "soft" }, WIDTH < 420 ? ` ${digits((100 * e.mwh) / total, 3)} %` : `  ${digits(e.mwh / 1e3)} GWh · ${digits((100 * e.mwh) / total, 3)} %`)));
      y += high + GAP;
    }
    parts.push(svg("text", { x: BOX + 6, y: meterAt + 16, class: "name" }, "meter"), svg("text", { x: BOX + 6, y: meterAt + 31, class: "soft" }, `${digits(total / 1e3)} GWh`),
      svg("text", { x: middle + BOX + 6, y: racksAt + 16, class: "name" }, "racks"), svg("text", { x: middle + BOX + 6, y: racksAt + 31, class: "soft" }, `${digits(racksHigh / scale / 1e3)} GWh`));
    plot.replaceChildren(svg("svg", { viewBox: `0 0 ${WIDTH} ${Math.max(HEIGHT, label + 8)}`, role: "img", "aria-label": `${title}: ${ends.map(text).join("; ")}` }, parts));
    rows.replaceChildren(...ends.map((e) => h("tr", {}, h("th", { scope: "row", title: e.doc }, e.use), h("td", { class: "num" }, digits(e.mwh / 1e3)), h("td", { class: "num" }, digits((100 * e.mwh) / total)))));
    told.textContent = "";
  }

  let last = null, drawn = 0;
  new ResizeObserver(() => { if (last && Math.abs(plot.clientWidth - drawn) > 2) { drawn = plot.clientWidth; update(last); } }).observe(plot);
  return { figure, update: (energy) => { last = energy; drawn = plot.clientWidth; update(energy); } };
}
