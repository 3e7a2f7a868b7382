// The serving front: speed of a user against output of a megawatt, every parallelism and batch.
import { post } from "./api.js";
import { digits } from "./format.js";
import { lineChart } from "./line_chart.js";

export function front() {
  const chart = lineChart({ title: "Serving front", sub: "full load, closed form; the best within the targets is marked", x: { label: "tok/s a user sees", unit: " tok/s" }, y: { label: "ktok/s per MW" } });
  let asked = "";

  /** Only what serving depends on asks anew: hardware, model, targets. */
  const keyOf = (result) => JSON.stringify([result.pools, result.inputs.filter((i) => /^workloads\.\d+\.(llm|precision|engine|class|slo|serving|pool)|^fleet\.\d+\.accelerator/.test(i.path)).map((i) => [i.path, i.value])]);

  async function update(result, request) {
    const key = keyOf(result);
    if (key === asked) return;
    asked = key;
    try {
      const answer = await post("frontier", request);
      if (key === asked) show(answer);
    } catch (error) {
      if (key === asked) chart.update({ x: [], series: [] }, "", error.message);
    }
  }

  function show(answer) {
    const points = answer.series.flatMap((s, k) => s.front.map((p) => ({ ...p, k }))).sort((a, b) => a.tok_per_s_per_user - b.tok_per_s_per_user);
    const colors = ["--c1", "--c2", "--c3", "--c4", "--c5"];
    const series = answer.series.map((s, k) => ({ label: s.name, color: colors[k % 5], unit: "ktok/s/MW", points: 4, line: true, values: points.map((p) => (p.k === k ? p.tok_per_s_per_mw_utility / 1e3 : null)) }));
    series.push({ label: "Best within targets", color: "--c7", points: 11, unit: "ktok/s/MW", values: points.map((p) => (p.best ? p.tok_per_s_per_mw_utility / 1e3 : null)) });
    const best = points.find((p) => p.best);
    chart.update({ x: points.map((p) => p.tok_per_s_per_user), series }, best ? `Best: ${digits(best.tok_per_s_per_user)} tokens a second for a user.` : "");
  }

  return { figure: chart.figure, update };
}
