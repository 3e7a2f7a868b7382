// What moves a figure: a bar from where it is at an axis' low end to its high end, largest first.
import { h, svg } from "./dom.js";
import { digits, unitOf } from "./format.js";

const ROW = 30, LEFT = 170, RIGHT = 70;

/** rows: {axis, low, high, KEY_at_low, at_high, centre, verdict?}, as `export --tornado` gives them. */
export function bars(title, rows, unitName) {
  const lowKey = Object.keys(rows[0]).find((k) => k.endsWith("_at_low"));
  const ends = rows.map((r) => [Number(r[lowKey]), Number(r.at_high)]);
  const all = ends.flat().filter(Number.isFinite), centre = Number(rows[0].centre);
  const unit = unitOf(unitName, all), least = Math.min(...all, centre), most = Math.max(...all, centre);
  const plot = h("div", { class: "stack" });
  const figure = h("figure", { class: "chart" }, h("figcaption", {}, title, h("span", { class: "sub" }, `${unit.symbol}; each axis from its low to its high end, others as they are`)), plot);

  function draw() {
    const width = Math.max(320, plot.clientWidth), left = width < 520 ? 120 : LEFT;
    const at = (x) => left + ((width - left - RIGHT) * (x - least)) / (most - least || 1);
    plot.replaceChildren(svg("svg", { viewBox: `0 0 ${width} ${rows.length * ROW + 8}`, role: "img", "aria-label": rows.map((r, i) => `${r.axis} from ${r.low} to ${r.high}: ${ends[i].map((x) => digits(x * unit.scale)).join(" to ")} ${unit.symbol}`).join("; ") },
      svg("line", { class: "axis-line", x1: at(centre), x2: at(centre), y1: 0, y2: rows.length * ROW }),
      rows.map((r, i) => {
        const [low, high] = ends[i], y = i * ROW + 4;
        return [svg("text", { x: left - 8, y: y + 10, "text-anchor": "end", class: "name" }, r.axis),
          svg("text", { x: left - 8, y: y + 22, "text-anchor": "end", class: "soft small" }, `${r.low} to ${r.high}`),
          svg("rect", { class: r.verdict === "within noise" ? "u-c0" : "u-c1", x: Math.min(at(low), at(high)), width: Math.max(1.5, Math.abs(at(high) - at(low))), y: y + 2, height: ROW - 12 }, svg("title", {}, r.verdict ?? "")),
          svg("text", { x: Math.max(at(low), at(high)) + 6, y: y + 16, class: "soft" }, digits((high - low) * unit.scale, 3).replace(/^(?=\d)/, "+"))];
      })));
  }

  new ResizeObserver(draw).observe(figure);
  return figure;
}
