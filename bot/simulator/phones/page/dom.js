// Building the page's elements. Text only ever enters as text nodes.

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  check: "M4 12.5 9.5 18 20 6.5",
  dash: "M6 12h12",
  wait: "M12 7v5l3.5 2M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18",
  send: "M4 12h15M13 5.5 19.5 12 13 18.5",
  out: "M8 16 17 7M9 7h8v8",
};

/** An element with attributes, listeners (names that begin with "on") and children; nothing is parsed as HTML. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child != null && child !== false));
  return node;
}

/** One of the page's few line icons; it says nothing to a screen reader. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const attributes = { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "aria-hidden": "true" };
  for (const [key, value] of Object.entries({ ...attributes, "stroke-width": 2.4, "stroke-linecap": "round" })) {
    svg.setAttribute(key, value);
  }
  svg.append(shape("path", { d: PATHS[name], "stroke-linejoin": "round" }));
  return svg;
}

/** The picture of a link's card: bars as of a printed page. */
export function sheet() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 52 52");
  svg.setAttribute("aria-hidden", "true");
  svg.append(shape("rect", { width: 52, height: 52, rx: 6, fill: "currentColor", opacity: 0.14 }));
  for (const [y, width] of [[12, 28], [20, 20], [28, 28], [36, 14]]) {
    svg.append(shape("rect", { x: 12, y, width, height: 3.5, rx: 1.75, fill: "currentColor", opacity: 0.6 }));
  }
  return svg;
}

/** Only addresses of the web become links. */
export function safe(url) {
  return /^https?:\/\//i.test(url ?? "") ? url : null;
}

function shape(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}
