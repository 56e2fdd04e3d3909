// @ts-check
// One's own account: what everybody can do with theirs, from here too.

import { ask } from "./api.js";
import { ask as askDialog } from "./dialog.js";
import { say } from "./dom.js";

/** @param {() => void} again */
export const changeOwnPassword = (again) =>
  askDialog({
    title: "Change my password",
    action: "Change my password",
    text: "It ends your other sessions and your access tokens, and codes and invitations that you have made.",
    fields: {
      current: { label: "Current password", type: "password", required: true, autocomplete: "current-password" },
      password: { label: "New password", type: "password", required: true, autocomplete: "new-password" },
    },
    act: async ({ current, password }) => {
      await ask("PUT", "/api/user", { current_password: current, password });
      say("Your password is changed.");
      again();
      return true;
    },
  });

/** @param {() => void} again */
export const endOwnOthers = (again) =>
  askDialog({
    title: "End my other sessions?",
    action: "End my other sessions",
    dangerous: true,
    text: "Only this one stays.",
    act: async () => {
      const { ended } = await ask("DELETE", "/api/user/sessions");
      say(ended === 1 ? "1 session has ended." : `${ended} sessions have ended.`);
      again();
      return true;
    },
  });
