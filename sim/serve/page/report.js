// Charts of a saved report: those of the page, with the run's data from the file itself.
import { $ } from "./dom.js";
import * as charts from "./charts.js";

charts.begin();
document.body.classList.add("live"); // the drawings that they stand for are for paper then
charts.show(JSON.parse($("run-data").textContent), null, null);
