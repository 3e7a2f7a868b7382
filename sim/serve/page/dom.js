// Elements without markup: what comes from a scenario is text, always.

/** A new element; attributes by name, listeners as functions ("click"), children texts or elements. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(key, value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value != null) node.setAttribute(key, value);
  }
  node.append(...children.flat(Infinity).filter((c) => c != null && c !== false));
  return node;
}

export const $ = (id) => document.getElementById(id);

/** Told to screen readers. */
export function say(text) {
  $("say").textContent = text;
}

/** Colours and sizes that style.css names. */
export function css(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
