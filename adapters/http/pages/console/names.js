// Names instead of ids: one question for all that a page shows.

import { get, query } from "./api.js";
import { el, isolated } from "./dom.js";

const known = new Map();

// Look the names of these users up, as far as they are not known.
export async function learn(ids, signal) {
  const wanted = [...new Set(ids)].filter((id) => Number.isInteger(id) && !known.has(id));
  if (!wanted.length) return;
  try {
    const filter = `id:in:${wanted.join(",")}`;
    const page = await get(query("/api/ops/tables/users/rows", { filter, columns: "id,username", limit: 500 }), signal);
    page.rows.forEach((row) => known.set(row.id, row.username));
  } catch (error) {
    if (error.name === "AbortError") throw error; // else the ids have to do
  }
}

// The name of a user, if it is known.
export const nameOf = (id) => known.get(id);

export function forgetNames() {
  known.clear();
}

// A link to the user, by name if it is known.
export function who(id) {
  if (id === null || id === undefined) return el("span.none", {}, "–");
  const name = known.get(id);
  return el("a.user", { href: `/ops/users/${id}`, title: `user ${id}` }, name === undefined ? `user ${id}` : isolated(name));
}

// Loads a page of rows, and the names of the users in these columns.
export const named = (load, ...columns) => async (after, signal) => {
  const page = await load(after, signal);
  await learn(page.rows.flatMap((row) => columns.map((column) => row[column])), signal);
  return page;
};
