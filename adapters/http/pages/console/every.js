// @ts-check
// All rows of a list that fit its filter, to do something with them.

import { get, query } from "./api.js";
import { say } from "./dom.js";

export const AT_ONCE = 500; // rows of a page, ids of a filter, users of a batch
const ALL_MAX = 10_000;

/** The rows that fit, up to so many. @param {import("./filters.js").List} list @param {string[]} filter @param {string} columns */
export async function everyRow(list, filter, columns) {
  /** @type {any[]} */
  const found = [];
  let after = null;
  do {
    const page = await get(query(`${list.path}/rows`, { filter, columns, sort: "id", after, limit: AT_ONCE }));
    found.push(...page.rows);
    after = page.next;
  } while (after !== null && found.length < ALL_MAX);
  if (after !== null) say(`Only the first ${ALL_MAX.toLocaleString("en")} are selected.`);
  return found;
}

/** These rows as CSV. @param {import("./filters.js").List} list @param {any[]} rows */
export function exportRows(list, rows) {
  if (rows.length > AT_ONCE) say(`Up to ${AT_ONCE} can be exported like this; use CSV for all that match.`);
  else location.assign(query(`${list.path}/rows.csv`, { filter: [`id:in:${rows.map((row) => row.id).join(",")}`] }));
}

/** @param {number} number @param {string} noun of one */
export const counted = (number, noun) => (number === 1 ? `1 ${noun}` : `${number.toLocaleString("en")} ${noun}s`);
