// @ts-check
// The one table: pages that follow when one scrolls or asks for more, rows that arrows walk and Enter opens.

import { button, el, fill, say } from "./dom.js";
import { rowsOf } from "./place.js";

/** @import { Selection } from "./selection.js" */

/**
 * A column. `sort` is what it is sorted by, `falling` if the highest come first; `kind` is how it is laid out; `card` is its
 * place where a row is a card: first line, its end, second line, its end; where any has one, others are left out there.
 * @typedef {{label: string, cell: (row: any) => any, number?: boolean, sort?: string, falling?: boolean,
 *   kind?: "fixed" | "wide" | "long" | "less", card?: "first" | "end" | "second" | "last"}} Column
 */

/** When the first rows of each table are there. @type {WeakMap<Element, Promise<void>>} */
const loads = new WeakMap();

/** Wait for the first rows of all tables in here. @param {Element} place */
export const settled = (place) => Promise.all([...place.querySelectorAll(".table")].map((each) => loads.get(each)));

const KEPT = 500; // of rows that come by themselves
const PAGE_MAX = 500; // rows that one question is answered with

/**
 * `load(after, signal, limit)` gives {rows, next}; `open(row)` is what Enter and a click do: nothing, go somewhere, or give a node
 * to unfold below the row. `empty` says why there is nothing, and what to do about it. With `select`, rows have boxes.
 * @param {{label: string, columns: Column[], load: (after: string | null, signal?: AbortSignal, limit?: number) => Promise<any>,
 *   open?: (row: any) => any, empty?: any, sort?: string | null, onsort?: (by: string) => void, signal?: AbortSignal,
 *   scrolls?: boolean, select?: Selection}} options
 */
export function table({ label, columns, load, open, empty, sort, onsort, signal, scrolls = false, select }) {
  const body = el("tbody");
  const state = el("p.state", { role: "status" });
  const more = button("More", () => next());
  /** @type {string | null} */
  let after = null;
  let busy = false;
  let known = 0;
  const opening = new Set();

  // Of numbers and times the highest come first, of names the lowest.
  const other = (/** @type {Column} */ column, /** @type {string | undefined} */ dir) =>
    dir === "ascending" || (!dir && column.falling) ? `-${column.sort}` : `${column.sort}`;

  const head = el(
    "tr",
    {},
    select ? el("th.select", {}, select.every) : null,
    columns.map((column) => {
      const dir = !column.sort ? undefined : sort === column.sort ? "ascending" : sort === `-${column.sort}` ? "descending" : undefined;
      const arrow = dir === "ascending" ? " ↑" : dir === "descending" ? " ↓" : "";
      const text = column.sort && onsort ? button(column.label + arrow, () => onsort(other(column, dir)), ".plain") : column.label;
      return el(`th${classes(column)}`, { scope: "col", "aria-sort": dir }, text);
    }),
  );

  function line(row) {
    const cells = columns.map((column) => el(`td${classes(column)}`, { "data-label": column.label }, column.cell(row)));
    const chosen = select ? el("td.select", {}, select.box(row)) : null;
    const tr = el("tr", { tabindex: "-1" }, chosen, cells);
    if (open) tr.classList.add("opens");
    tr.addEventListener("click", (event) => {
      // Whoever marks text to copy it opens nothing.
      const target = /** @type {Element} */ (event.target);
      if (!target.closest("a, button, .select") && getSelection()?.isCollapsed) unfold(tr, row);
    });
    tr.addEventListener("keydown", (event) => {
      if (event.target !== tr || (event.key !== "Enter" && event.key !== " ")) return;
      event.preventDefault();
      if (event.key === " " && select) select.toggle(tr, event.shiftKey);
      else unfold(tr, row);
    });
    return tr;
  }

  async function unfold(tr, row) {
    if (!open) return;
    if (tr.nextElementSibling?.classList.contains("detail")) {
      tr.nextElementSibling.remove();
      tr.classList.remove("unfolded");
      return;
    }
    if (opening.has(tr)) return;
    opening.add(tr);
    const content = await Promise.resolve(open(row))
      .catch((error) => say(error.message))
      .finally(() => opening.delete(tr));
    if (!(content instanceof Node)) return;
    tr.classList.add("unfolded");
    tr.after(el("tr.detail", {}, el("td", { colspan: columns.length + (select ? 1 : 0) }, content)));
  }

  body.addEventListener("keydown", (event) => {
    const rows = /** @type {HTMLElement[]} */ ([...body.querySelectorAll(":scope > tr:not(.detail)")]);
    const at = rows.indexOf(/** @type {HTMLElement} */ (event.target));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, j: at + 1, k: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (at < 0 || to === undefined || !rows[to]) return;
    event.preventDefault();
    rows[at].tabIndex = -1;
    rows[to].tabIndex = 0;
    rows[to].focus();
  });

  // One row can be tabbed to; from there arrows lead to the others.
  function holdTabStop() {
    if (!body.querySelector(":scope > tr[tabindex='0']")) body.firstElementChild?.setAttribute("tabindex", "0");
  }

  async function next(limit = 0) {
    if (busy) return false;
    busy = true;
    more.hidden = true;
    fill(state, "Loading …");
    try {
      const page = await load(after, signal, limit || undefined);
      if (signal?.aborted) return false;
      body.append(...page.rows.map(line));
      known += page.rows.length;
      holdTabStop();
      after = page.next;
      more.hidden = after === null;
      fill(state, known ? null : empty || "There is nothing here.");
      return true;
    } catch (error) {
      if (error.name === "AbortError") return false;
      fill(
        state,
        `${error.message} `,
        button("Try again", () => next()),
      );
      return false;
    } finally {
      busy = false;
    }
  }

  // As many rows as there were when one left, so that one comes back to the same place.
  async function first() {
    const wanted = rowsOf(label);
    let isThere = await next(Math.min(PAGE_MAX, wanted - known));
    while (isThere && known < wanted && after !== null) isThere = await next(Math.min(PAGE_MAX, wanted - known));
    const watch = new IntersectionObserver(([entry]) => entry.isIntersecting && !more.hidden && next(), { rootMargin: "400px" });
    watch.observe(more);
    signal?.addEventListener("abort", () => watch.disconnect());
  }

  const isCards = columns.some((column) => column.card);
  const node = el(
    `div.table${scrolls ? ".scrolls" : ""}`,
    { tabindex: scrolls ? 0 : -1, "data-list": label },
    el(`table${isCards ? ".cards" : ""}`, {}, el("caption.hidden", {}, label), el("thead", {}, head), body),
    state,
    more,
  );
  loads.set(node, first());
  return {
    node,
    /** @param {any[]} rows */
    prepend(rows) {
      body.prepend(...rows.map(line).reverse());
      known += rows.length;
      while (body.children.length > KEPT) body.lastElementChild?.remove();
      holdTabStop();
      if (known) fill(state);
    },
  };
}

/** The row in which something was pressed. @param {Event} event */
export const rowOf = (event) => /** @type {HTMLElement} */ (/** @type {Element} */ (event.target).closest("tr"));

/** Take a row away that is gone; the focus moves on. @param {HTMLElement} tr @returns {boolean} whether there are others */
export function removed(tr) {
  const others = [...(tr.parentElement?.querySelectorAll(":scope > tr:not(.detail)") || [])].filter((each) => each !== tr);
  const next = /** @type {HTMLElement | undefined} */ (others.find((each) => tr.compareDocumentPosition(each) & 4) || others.at(-1));
  if (tr.nextElementSibling?.classList.contains("detail")) tr.nextElementSibling.remove();
  tr.remove();
  document.dispatchEvent(new CustomEvent("row-removed"));
  if (next) next.tabIndex = 0;
  /** @type {HTMLElement | null | undefined} */ (next?.querySelector("td:last-child button") || next)?.focus();
  return Boolean(next);
}

/** @param {Column} column */
const classes = (column) =>
  [column.number && "number", column.kind, column.card && `card-${column.card}`]
    .filter(Boolean)
    .map((each) => `.${each}`)
    .join("");
