// @ts-check
// Shutting a user out: why, by whom, and how to undo it.

import { ask, get, query } from "./api.js";
import { ask as askDialog } from "./dialog.js";
import { el, isolated, say } from "./dom.js";
import { instant } from "./format.js";
import { learn, who } from "./names.js";

const EVENTS = "/api/ops/tables/events/rows";

/** @param {any} user @param {() => void} again */
export const disable = (user, again) =>
  askDialog({
    title: `Disable ${user.username}?`,
    action: `Disable ${user.username}`,
    dangerous: true,
    text: "All sessions and access tokens end at once, and logins are refused.",
    fields: { reason: { label: "Reason", maxlength: 200, help: "For the record; it may be left empty." } },
    act: async ({ reason }) => {
      await ask("POST", `/api/ops/users/${user.id}/disable`, { reason });
      say(`${user.username} is disabled.`, { label: "Undo", act: () => enable(user, again) });
      again();
      return true;
    },
  });

/** @param {any} user @param {() => void} again */
export async function enable(user, again) {
  try {
    await ask("POST", `/api/ops/users/${user.id}/enable`);
    say(`${user.username} is enabled.`);
    again();
  } catch (error) {
    say(/** @type {Error} */ (error).message);
  }
}

/**
 * Since when, by whom and why a user is disabled, as far as it is on record.
 * @param {any} user
 * @param {{ signal: AbortSignal }} context
 */
export async function disabledFact(user, { signal }) {
  if (!user.disabled_at) return null;
  const filter = [`user_id:eq:${user.id}`, "kind:eq:account_disabled"];
  const { rows } = await get(query(EVENTS, { filter, sort: "-position", limit: 1 }), signal);
  const event = rows[0];
  if (!event) return instant(user.disabled_at);
  await learn([event.actor_id], signal);
  const by = event.actor_id ? [" by ", who(event.actor_id)] : " at the command line";
  const why = event.details.reason ? [": ", isolated(event.details.reason)] : null;
  return el("span", {}, instant(user.disabled_at), by, why);
}
