// @ts-check
// The one way to put something on the page. Data is text, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Node | string | null | undefined} Leaf Nothing stands on the page for null and undefined. */
/** @typedef {Leaf | readonly (Leaf | readonly (Leaf | readonly Leaf[])[])[]} Child As deep as `fill` looks. */

/**
 * What a kind makes: `el("input.wide")` an HTMLInputElement. With a name that is only known when it runs, any element.
 * @template {string} K
 * @typedef {K extends `${infer Name}.${string}` ? Named<Name> : Named<K>} Made
 */
/**
 * @template {string} Name
 * @typedef {Name extends "svg" | "path" | "line" | "text" | "rect" | "g" | "title" ? SVGElementTagNameMap[Name]
 *   : Name extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[Name] : any} Named
 */

/**
 * el("button.primary", {type: "button", onclick: f}, "Save"): attributes by name, `on…` listeners,
 * properties for what is true or false; children are nodes, texts, or nothing.
 * @template {string} K
 * @param {K} kind
 * @param {Record<string, any>} [attributes]
 * @param {...Child} children
 * @returns {Made<K>}
 */
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
  return /** @type {any} */ (node);
}

/**
 * @template {ParentNode} T
 * @param {T} node
 * @param {...Child} children they take the place of all that stood there
 * @returns {T}
 */
export function fill(node, ...children) {
  node.replaceChildren(...children.flat(3).filter((child) => child !== undefined && child !== null));
  return node;
}

/**
 * @param {Child} text
 * @param {(event: MouseEvent) => unknown} onclick
 * @param {string} [kind] classes, each with its dot
 * @param {string} [label] for who does not see it, in place of the text
 * @returns {HTMLButtonElement}
 */
export const button = (text, onclick, kind = "", label = undefined) =>
  el(`button${kind}`, { type: "button", onclick, "aria-label": label }, text);

/**
 * @param {Child} text
 * @param {string} href
 */
export const link = (text, href) => el("a", { href }, text);

/**
 * Text of the database can turn the direction of what stands around it.
 * @param {unknown} text
 */
export const isolated = (text) => el("bdi", {}, String(text));

/**
 * The same for what may be cut off where it stands: the whole of it is said when one points at it.
 * @param {unknown} text
 */
export const whole = (text) => el("bdi", { title: text }, String(text));

/**
 * All rows of a list, with its filters, for a spreadsheet.
 * @param {string} href
 */
export const csv = (href) => el("a.csv", { href, download: "", "data-outside": "" }, "CSV");

/**
 * A box that shows what is typed into a field for a password.
 * @param {...HTMLInputElement} inputs
 */
export function shown(...inputs) {
  const box = el("input", {
    type: "checkbox",
    onchange: () =>
      inputs.forEach((input) => {
        input.type = box.checked ? "text" : "password";
      }),
  });
  return el("label.shown", {}, box, " Show the password");
}

/**
 * To the clipboard; without a secure context there is none, and the text is selected instead.
 * @param {string} text
 * @param {HTMLElement} where the field to copy from comes to stand then
 */
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

/** @type {number | undefined} */
let quiet;

/**
 * Tell what has happened; with something to do about it, for longer.
 * @param {string} text
 * @param {{ label: string, act: () => void }} [offer]
 */
export function say(text, offer) {
  const notice = /** @type {HTMLElement} */ (document.getElementById("notice"));
  const quieten = () => fill(notice);
  const accept = () => {
    quieten();
    offer?.act();
  };
  fill(notice, text, offer ? button(offer.label, accept, ".offer") : null);
  clearTimeout(quiet);
  quiet = setTimeout(quieten, offer ? 20_000 : 6_000);
}
