// @ts-check
// Whether somebody has to wait before the next guess, and how to let them in at once.

import { ask, get } from "./api.js";
import { ask as askDialog } from "./dialog.js";
import { button, say } from "./dom.js";
import { atHour } from "./filters.js";
import { badge } from "./icons.js";

const WORDS = {
  account_network: "guesses from",
  account: "guesses from everywhere",
  failures: "guesses of strangers since the last login",
  device: "guesses on a known device",
  confirmations: "wrong current passwords",
  refused_confirmations: "wrong current passwords since the last right one",
  renames: "new names",
  logins: "logins and new passwords",
};

/** A badge until when, with a button that lifts it; nothing, if nobody waits. */
export async function throttleOf(user, { again, signal }) {
  const path = `/api/ops/users/${user.id}/throttle`;
  const { waits_until: until, waits } = await get(path, signal);
  if (!until) return null;
  const waiting = waits.filter((each) => each.until && Date.parse(each.until) > Date.now());
  const reasons = waiting.map((each) => `${each.attempts} ${WORDS[each.limit] || each.limit} ${each.network || ""}`.trim());
  const reset = () =>
    askDialog({
      title: `Let ${user.username} try again?`,
      action: "Reset throttling",
      text: `${reasons.join("; ")}. What was counted against this account is forgotten; limits of whole networks stay.`,
      act: async () => {
        await ask("DELETE", path);
        say(`${user.username} can try again at once.`);
        again();
        return true;
      },
    });
  const said = badge("waits", "has to wait until ", atHour(until));
  said.title = reasons.join("; ");
  return [said, button("Reset throttling", reset)];
}
