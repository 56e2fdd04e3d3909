// @ts-check
// Which rows of a list are selected: one by one, a range with Shift, all that are shown, or all that fit.

import { button, el, fill } from "./dom.js";

/** @typedef {ReturnType<typeof selection>} Selection */

/**
 * `name` is what a row is called; `all` gives the keys of all rows that fit, with whatever is known of each; `actions` are the buttons of the bar.
 * @param {object} options
 * @param {(row: any) => number} options.key
 * @param {(row: any) => string} options.name
 * @param {() => Promise<any[]>} options.all
 * @param {[string, (rows: any[]) => unknown][]} options.actions
 */
export function selection({ key, name, all, actions }) {
  /** @type {Map<number, any>} */
  const chosen = new Map();
  /** @type {Map<HTMLInputElement, any>} */
  const boxes = new Map();
  /** @type {HTMLInputElement | null} */
  let anchor = null;
  const every = /** @type {HTMLInputElement} */ (el("input", { type: "checkbox", "aria-label": "Select all that are shown" }));
  const bar = el("div.selection", { role: "toolbar", "aria-label": "Selected", hidden: true });

  function show() {
    for (const [box, row] of boxes) box.checked = chosen.has(key(row));
    const shown = [...boxes.keys()].filter((box) => box.isConnected);
    const number = shown.filter((box) => box.checked).length;
    every.checked = number > 0 && number === shown.length;
    every.indeterminate = number > 0 && number < shown.length;
    bar.hidden = chosen.size === 0;
    fill(
      bar,
      el("span", { role: "status" }, `${chosen.size.toLocaleString("en")} selected`),
      actions.map(([label, act]) => button(label, () => act([...chosen.values()]))),
      button("Select all that match", selectAll),
      button("Clear", clear),
    );
  }

  /** @param {HTMLInputElement} box @param {boolean} isOn @param {boolean} isRange from the last one on */
  function set(box, isOn, isRange) {
    const shown = [...boxes.keys()].filter((each) => each.isConnected);
    shown.sort((one, other) => (one.compareDocumentPosition(other) & 4 ? -1 : 1));
    const [from, to] = [anchor && isRange ? shown.indexOf(anchor) : shown.indexOf(box), shown.indexOf(box)];
    for (const each of shown.slice(Math.max(0, Math.min(from, to)), Math.max(from, to) + 1)) choose(boxes.get(each), isOn);
    anchor = box;
    show();
  }

  function choose(row, isOn) {
    if (isOn) chosen.set(key(row), row);
    else chosen.delete(key(row));
  }

  async function selectAll() {
    for (const row of await all()) choose(row, true);
    show();
  }

  function clear() {
    chosen.clear();
    show();
  }

  every.addEventListener("change", () => {
    const isOn = every.checked;
    for (const [box, row] of boxes) if (box.isConnected) choose(row, isOn);
    show();
  });

  return {
    bar,
    every,
    clear,
    /** The box of a row. @param {any} row */
    box(row) {
      const words = { type: "checkbox", "aria-label": `Select ${name(row)}`, tabindex: "-1" };
      const box = /** @type {HTMLInputElement} */ (el("input", words));
      box.checked = chosen.has(key(row));
      boxes.set(box, row);
      box.addEventListener("click", (event) => set(box, box.checked, event.shiftKey));
      return box;
    },
    /** What Space does on a row. @param {HTMLElement} tr @param {boolean} isRange */
    toggle(tr, isRange) {
      const box = /** @type {HTMLInputElement} */ (tr.querySelector("input[type=checkbox]"));
      set(box, !box.checked, isRange);
    },
  };
}
