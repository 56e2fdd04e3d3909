// @ts-check
// Many sessions ended at once.

import { ask } from "./api.js";
import { ask as askDialog } from "./dialog.js";
import { say } from "./dom.js";
import { counted, everyRow, exportRows } from "./every.js";
import { SESSIONS } from "./lists.js";
import { selection } from "./selection.js";

/**
 * One by one, each with its event; who has logged out meanwhile is as good as ended. What was done is said, whatever stops it.
 * @param {any[]} rows @param {() => void} again @param {AbortSignal} signal of who calls it off
 */
async function endAll(rows, again, signal) {
  let done = 0;
  let why = "";
  for (const row of rows) {
    if (signal.aborted) break;
    say(`${done.toLocaleString("en")} of ${counted(rows.length, "session")} …`);
    try {
      await ask("DELETE", `/api/ops/users/${row.user_id}/sessions/${row.id}`);
    } catch (error) {
      why = ["no_such_session", "no_such_user"].includes(error.code) ? "" : ` Then: ${error.message}`;
      if (why) break;
    }
    done += 1;
  }
  again();
  say(`${counted(done, "session")} ended${done < rows.length ? ` of ${rows.length.toLocaleString("en")}` : ""}.${why}`);
}

/** @param {any[]} rows @param {() => void} again @param {any} me whose session is left out */
const end = (rows, again, me) => {
  const others = rows.filter((row) => row.id !== me.session_id);
  if (!others.length) return say("This is the session you are in; log out to end it.");
  return askDialog({
    title: `End ${counted(others.length, "session")}?`,
    action: `End ${counted(others.length, "session")}`,
    dangerous: true,
    text: others.length < rows.length ? "The one you are in stays. The others have to log in again." : "They have to log in again.",
    act: async (_, __, signal) => {
      await endAll(others, again, signal);
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
      ["End", (rows) => end(rows, again, me)],
      ["Export", (rows) => exportRows(SESSIONS, rows)],
    ],
  });
