// Month by hour: how full the ceiling is, how often it binds. Cells are buttons of a grid that arrow keys walk.
import { h, svg } from "./dom.js";
import { digits } from "./format.js";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MODES = [["share_of_ceiling_pct", "% of ceiling", "% of the ceiling"], ["site_mw", "MW", "MW at the meter"], ["bound_pct", "% of hours bound", "% of hours in which the ceiling binds"]];
const W = 22, H = 16, LEFT = 34, TOP = 4;

export function heatMap(title) {
  let mode = 0, heat = null, at = 0;
  const told = h("p", { class: "told", "aria-live": "polite" });
  const plot = h("div", { class: "heat", tabindex: "0", role: "application", "aria-label": `${title}: arrow keys walk over months and hours`, keydown: onKey });
  const toggles = h("div", { class: "legend choice", role: "group", "aria-label": "What is shown" }, MODES.map(([, label], i) =>
    h("button", { type: "button", "aria-pressed": String(i === 0), click: () => { mode = i; draw(); } }, label)));
  const figure = h("figure", { class: "chart" }, h("figcaption", {}, title, h("span", { class: "sub" }, "mean of each month and hour, local standard time")), plot, told, toggles);

  function onKey(event) {
    const move = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -24, ArrowDown: 24 }[event.key];
    if (!move || !heat) return;
    event.preventDefault();
    tell(Math.min(287, Math.max(0, at + move)));
  }

  function tell(i) {
    at = i;
    const value = heat[MODES[mode][0]][i];
    told.textContent = `${MONTHS[Math.floor(i / 24)]}, ${String(i % 24).padStart(2, "0")}:00 — ${value == null ? "no data" : `${digits(value)} ${MODES[mode][2]}`}`;
    plot.querySelectorAll("rect.on").forEach((r) => r.classList.remove("on"));
    plot.querySelector(`rect[data-i="${i}"]`)?.classList.add("on");
  }

  /** Share of the scale, 0 to 1; a scale that starts at 0 keeps empty hours pale. */
  function draw() {
    const values = heat[MODES[mode][0]];
    const top = mode === 1 ? Math.max(...values.filter(Number.isFinite), 1e-9) : 100;
    toggles.querySelectorAll("button").forEach((b, i) => b.setAttribute("aria-pressed", String(i === mode)));
    plot.replaceChildren(svg("svg", { viewBox: `0 0 ${LEFT + 24 * W} ${TOP + 12 * H + 18}`, "aria-hidden": "true" },
      MONTHS.map((m, i) => svg("text", { x: LEFT - 6, y: TOP + i * H + 12, "text-anchor": "end" }, m)),
      [0, 6, 12, 18].map((hour) => svg("text", { x: LEFT + hour * W, y: TOP + 12 * H + 14 }, `${String(hour).padStart(2, "0")}:00`)),
      values.map((v, i) => {
        const level = v == null ? "none" : String(Math.min(20, Math.round((20 * v) / top)));
        return svg("rect", { x: LEFT + (i % 24) * W, y: TOP + Math.floor(i / 24) * H, width: W - 1, height: H - 1, class: `l${level}`, "data-i": i, mouseenter: () => tell(i), click: () => tell(i) });
      })));
    told.textContent = `Lowest ${digits(Math.min(...values.filter(Number.isFinite)))}, highest ${digits(Math.max(...values.filter(Number.isFinite)))} ${MODES[mode][2]}`;
  }

  return { figure, update(next) { heat = next; draw(); } };
}
