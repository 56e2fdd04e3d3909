// The one way to put something on the page. Data is text, never markup.

const SVG = "http://www.w3.org/2000/svg";

// el("button.primary", {type: "button", onclick: f}, "Save"): attributes by name, `on…` listeners,
// properties for what is true or false; children are nodes, texts, or nothing.
export function el(kind, attributes = {}, ...children) {
  const [name, ...classes] = kind.split(".");
  const svg = ["svg", "path", "line", "text", "rect", "g", "title"].includes(name);
  const node = svg ? document.createElementNS(SVG, name) : document.createElement(name);
  if (classes.length) node.setAttribute("class", classes.join(" "));
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (typeof value === "boolean") node.toggleAttribute(key, value);
    else node.setAttribute(key, value);
  }
  fill(node, ...children);
  return node;
}

export function fill(node, ...children) {
  node.replaceChildren(...children.flat(3).filter((child) => child !== undefined && child !== null));
  return node;
}

export const button = (text, onclick, kind = "", label = undefined) =>
  el(`button${kind}`, { type: "button", onclick, "aria-label": label }, text);

export const link = (text, href) => el("a", { href }, text);

// Text of the database can turn the direction of what stands around it.
export const isolated = (text) => el("bdi", {}, String(text));

// The same for what may be cut off where it stands: the whole of it is said when one points at it.
export const whole = (text) => el("bdi", { title: text }, String(text));

// All rows of a list, with its filters, for a spreadsheet.
export const csv = (href) => el("a.csv", { href, download: "", "data-outside": "" }, "CSV");

// A box that shows what is typed into a field for a password.
export function shown(...inputs) {
  const box = el("input", { type: "checkbox", onchange: () => inputs.forEach((input) => { input.type = box.checked ? "text" : "password"; }) });
  return el("label.shown", {}, box, " Show the password");
}

// To the clipboard; without a secure context there is none, and the text is selected instead.
export async function copy(text, where) {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied.");
  } catch {
    const field = el("textarea", { readonly: true, rows: 4, "aria-label": "To copy" }, text);
    fill(where, field);
    field.select();
    say("Press Ctrl-C to copy what is selected.");
  }
}

let quiet;

export function say(text) {
  const notice = document.getElementById("notice");
  notice.textContent = text;
  clearTimeout(quiet);
  quiet = setTimeout(() => { notice.textContent = ""; }, 6000);
}
