// @ts-check
// Where one was in a list, kept with the entry of the browser's history: going back finds as many rows, and the place.

/** @typedef {{rows: Record<string, number>, scroll: number}} Place */

/** @type {Place | null} */
let wanted = null;

history.scrollRestoration = "manual";

/** Note how many rows each table shows, and how far the page is scrolled. */
export function note() {
  /** @type {Record<string, number>} */
  const rows = {};
  for (const each of document.querySelectorAll("main .table[data-list]")) {
    rows[each.getAttribute("data-list") || ""] = each.querySelectorAll(":scope > table > tbody > tr:not(.detail)").length;
  }
  history.replaceState({ rows, scroll: scrollY }, "");
}

/** Make for this place, or for none. @param {Place | null} place */
export function makeFor(place) {
  wanted = place;
}

/** How many rows a table had. @param {string} label */
export const rowsOf = (label) => wanted?.rows?.[label] || 0;

/** Go there, as soon as the rows are there. */
export function arrive() {
  scrollTo(0, wanted?.scroll || 0);
}
