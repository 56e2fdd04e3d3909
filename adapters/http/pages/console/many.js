// @ts-check
// What is done to many users at once.

import { ask } from "./api.js";
import { ask as askDialog, show } from "./dialog.js";
import { el, isolated, say } from "./dom.js";
import { AT_ONCE, counted, everyRow, exportRows } from "./every.js";
import { USERS } from "./lists.js";
import { selection } from "./selection.js";

/**
 * Send them in parts, say how far it is, and what did not work.
 * @param {any[]} rows
 * @param {object} body
 * @param {() => void} again
 * @param {AbortSignal} signal of who calls it off
 */
async function change(rows, body, again, signal) {
  /** @type {any[]} */
  const outcomes = [];
  for (let done = 0; done < rows.length && !signal.aborted; done += AT_ONCE) {
    const part = rows.slice(done, done + AT_ONCE);
    if (rows.length > AT_ONCE) say(`${done.toLocaleString("en")} of ${rows.length.toLocaleString("en")} …`);
    outcomes.push(...(await ask("POST", "/api/ops/users/batch", { ...body, ids: part.map((row) => row.id) })));
  }
  const changed = outcomes.filter((each) => each.changed).length;
  const failed = outcomes.filter((each) => each.code);
  say(`${changed.toLocaleString("en")} of ${rows.length.toLocaleString("en")} changed.`);
  again();
  if (failed.length) {
    const names = new Map(rows.map((row) => [row.id, row.username]));
    const lines = failed.slice(0, 100).map((each) => el("li", {}, isolated(names.get(each.id)), ": ", each.detail));
    show({ title: `${failed.length.toLocaleString("en")} were not changed`, content: el("ul", {}, lines), closes: true });
  }
}

/** @param {any[]} rows */
const users = (rows) => counted(rows.length, "user");

/** @param {any[]} rows @param {() => void} again */
const disable = (rows, again) =>
  askDialog({
    title: `Disable ${users(rows)}?`,
    action: `Disable ${users(rows)}`,
    dangerous: true,
    text: "All sessions and access tokens end at once, and logins are refused.",
    fields: { reason: { label: "Reason", maxlength: 200, help: "For the record; it may be left empty." } },
    act: async ({ reason }, __, signal) => {
      await change(rows, { action: "disable", reason }, again, signal);
      return true;
    },
  });

/** @param {any[]} rows @param {() => void} again */
const endSessions = (rows, again) =>
  askDialog({
    title: `End all sessions of ${users(rows)}?`,
    action: "End sessions",
    dangerous: true,
    text: "They have to log in again.",
    act: async (_, __, signal) => {
      await change(rows, { action: "end_sessions" }, again, signal);
      return true;
    },
  });

/** @param {any[]} rows @param {() => void} again */
const changeRoles = (rows, again) =>
  askDialog({
    title: `Roles of ${users(rows)}`,
    action: "Change",
    fields: {
      add: { label: "Give", help: "Words with spaces between, as in: member editor" },
      remove: { label: "Take away", help: "Others stay as they are." },
    },
    act: async ({ add, remove }, __, signal) => {
      await change(rows, { action: "change_roles", add: words(add), remove: words(remove) }, again, signal);
      return true;
    },
  });

/** @param {string} text */
const words = (text) => text.split(/[\s,]+/).filter(Boolean);

/** @param {string[]} filter @param {() => void} again */
export const manyUsers = (filter, again) =>
  selection({
    key: (row) => row.id,
    name: (row) => row.username,
    all: () => everyRow(USERS, filter, "id,username"),
    actions: [
      ["Disable", (rows) => disable(rows, again)],
      ["End sessions", (rows) => endSessions(rows, again)],
      ["Roles", (rows) => changeRoles(rows, again)],
      ["Export", (rows) => exportRows(USERS, rows)],
    ],
  });
