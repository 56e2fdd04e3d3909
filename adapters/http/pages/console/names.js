// @ts-check
// Names instead of ids: one question for all that a page shows.

import { get, query } from "./api.js";
import { el, isolated } from "./dom.js";

/** @type {Map<number, string>} */
const known = new Map();

/**
 * Look the names of these users up, as far as they are not known.
 * @param {(number | null | undefined)[]} ids
 * @param {AbortSignal} [signal]
 */
export async function learn(ids, signal) {
  const wanted = [...new Set(ids)].filter((id) => typeof id === "number" && Number.isInteger(id) && !known.has(id));
  if (!wanted.length) return;
  try {
    const filter = `id:in:${wanted.join(",")}`;
    const page = await get(query("/api/ops/tables/users/rows", { filter, columns: "id,username", limit: 500 }), signal);
    for (const row of page.rows) known.set(row.id, row.username);
  } catch (error) {
    if (error.name === "AbortError") throw error; // else the ids have to do
  }
}

// The name of a user, if it is known.
export const nameOf = (id) => known.get(id);

export function forgetNames() {
  known.clear();
}

/**
 * A link to the user, by name if it is known.
 * @param {number | null | undefined} id
 */
export function who(id) {
  if (id === null || id === undefined) return el("span.none", {}, "–");
  const name = known.get(id);
  return el("a.user", { href: `/ops/users/${id}`, title: `user ${id}` }, name === undefined ? `user ${id}` : isolated(name));
}

/** @typedef {{rows: any[], next: string | number | null}} Page `next` is what the page after it is asked with. */
/** @typedef {(after: any, signal?: AbortSignal, limit?: number) => Promise<Page>} Load */

/**
 * Loads a page of rows, and the names of the users in these columns.
 * @param {Load} load
 * @param {...string} columns
 * @returns {Load}
 */
export const named =
  (load, ...columns) =>
  async (after, signal, limit) => {
    const page = await load(after, signal, limit);
    await learn(
      page.rows.flatMap((row) => columns.map((column) => row[column])),
      signal,
    );
    return page;
  };
