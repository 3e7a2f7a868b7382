// The changes as others can use them: JSON for the API, a line for the shell.
import { h, $, say } from "./dom.js";
import * as state from "./state.js";

/** A word for a POSIX shell. */
const quoted = (word) => (/^[\w./:=,+@%-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

export function commandLine(now) {
  const file = now.source.file ?? "-";
  const sets = Object.entries(now.sets).map(([path, value]) => `--set ${quoted(`${path}=${typeof value === "string" ? value : JSON.stringify(value)}`)}`);
  return ["wattmill run", quoted(file), ...sets].join(" ");
}

export function dialog(title, ...content) {
  const box = $("dialog");
  box.replaceChildren(h("h2", { id: "dialog-title" }, title), ...content,
    h("p", { class: "end" }, h("button", { type: "button", click: () => box.close() }, "Close")));
  if (!box.open) box.showModal();
}

function block(label, text) {
  const field = h("textarea", { readonly: true, rows: String(Math.min(10, text.split("\n").length + 1)), spellcheck: "false", "aria-label": label }, text);
  const copy = h("button", { type: "button", click: async () => {
    field.select();
    try { await navigator.clipboard.writeText(text); } catch { document.execCommand("copy"); }
    copy.textContent = "Copied";
    say(`${label} copied`);
  } }, "Copy");
  return h("div", { class: "block" }, h("div", { class: "head" }, h("h3", {}, label), copy), field);
}

export function share() {
  const now = state.current();
  dialog("Share", now.source.file ? null : h("p", {}, "The scenario itself was dropped here and is part of the JSON; save it in the folder to use the command."),
    block("Command", commandLine(now)), block("JSON", JSON.stringify(state.body(now), null, 2)));
}
