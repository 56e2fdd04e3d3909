// @ts-check
// Many sessions ended at once.

import { ask } from "./api.js";
import { ask as askDialog } from "./dialog.js";
import { say } from "./dom.js";
import { counted, everyRow, exportRows } from "./every.js";
import { SESSIONS } from "./lists.js";
import { selection } from "./selection.js";

/** One by one, each with its event; who has logged out meanwhile is as good as ended. @param {any[]} rows @param {() => void} again */
async function endAll(rows, again) {
  let done = 0;
  for (const row of rows) {
    say(`${done.toLocaleString("en")} of ${counted(rows.length, "session")} …`);
    try {
      await ask("DELETE", `/api/ops/users/${row.user_id}/sessions/${row.id}`);
    } catch (error) {
      if (!["no_such_session", "no_such_user"].includes(error.code)) {
        again();
        throw new Error(`${counted(done, "session")} ended, then: ${error.message}`);
      }
    }
    done += 1;
  }
  say(`${counted(done, "session")} ended.`);
  again();
}

/** @param {any[]} rows @param {() => void} again @param {number | null} own the session that asks: it is left out */
const end = (rows, again, own) => {
  const others = rows.filter((row) => row.id !== own);
  if (!others.length) return say("This is the session you are in; log out to end it.");
  return askDialog({
    title: `End ${counted(others.length, "session")}?`,
    action: `End ${counted(others.length, "session")}`,
    dangerous: true,
    text: others.length < rows.length ? "The one you are in stays. The others have to log in again." : "They have to log in again.",
    act: async () => {
      await endAll(others, again);
      return true;
    },
  });
};

/** @param {string[]} filter @param {any} context */
export const manySessions = (filter, { again, me }) =>
  selection({
    key: (row) => row.id,
    name: (row) => `session ${row.id}`,
    all: () => everyRow(SESSIONS, filter, "id,user_id"),
    actions: [
      ["End", (rows) => end(rows, again, me.session_id)],
      ["Export", (rows) => exportRows(SESSIONS, rows)],
    ],
  });
