// @ts-check
// One user as a case: state, facts, sessions, what happened, and what an operator can do about it.

import { ask, get, query } from "./api.js";
import { ask as askDialog, copyButton, show } from "./dialog.js";
import { disable, disabledFact, enable } from "./disable.js";
import { button, el, isolated, link, say } from "./dom.js";
import { instant } from "./format.js";
import { badge } from "./icons.js";
import { editLabels, labelFacts } from "./labels.js";
import { USERS } from "./lists.js";
import { changeOwnPassword } from "./own.js";
import { throttleOf } from "./throttle.js";
import { timeline } from "./timeline.js";
import { sessionsOf } from "./view-sessions.js";

const ROWS = `${USERS.path}/rows`;
/** What changes by itself, or with something that is told. */
const SAYS_NOTHING = ["version", "username_key", "last_used_at", "last_address"];

/** In which state an account is, as far as its row tells. */
export const states = (row, me) => [
  row.disabled_at ? badge("disabled", "disabled") : null,
  row.is_operator ? badge("operator", "operator") : null,
  row.id === me.user.id ? badge("you", "you") : null,
];

/** When, and from where: others from there are a click away. @param {string | null} time @param {string | null} address @param {string} column */
const visit = (time, address, column) =>
  address
    ? el("span", {}, instant(time), " from ", link(isolated(address), query("/ops/users", { filter: `${column}:eq:${address}` })))
    : instant(time);

export async function userPage(context) {
  const { key, go, me, again, signal } = context;
  const path = `/api/ops/users/${encodeURIComponent(key)}`;
  const user = await get(`${ROWS}/${encodeURIComponent(key)}`, signal);

  const isMe = user.id === me.user.id;

  const edit = () => {
    let seen = user;
    return askDialog({
      title: `Change ${user.username}`,
      action: "Change",
      fields: {
        username: { label: "Name", value: user.username, required: true, maxlength: 100 },
        password: {
          label: "New password",
          type: "password",
          autocomplete: "new-password",
          help: "Leave it empty to keep the old one. A new one ends all sessions.",
        },
      },
      act: async ({ username, password }) => {
        const changes = { version: seen.version };
        if (username !== seen.username) changes.username = username;
        if (password) changes.password = password;
        try {
          await ask("PATCH", path, changes);
        } catch (error) {
          if (error.code !== "edit_conflict") throw error;
          const now = await get(`${ROWS}/${key}`);
          const isSame = (name_) => JSON.stringify(now[name_]) === JSON.stringify(seen[name_]);
          const changed = Object.keys(now).filter((name_) => !isSame(name_) && !SAYS_NOTHING.includes(name_));
          seen = now;
          const words = (name_) =>
            name_ === "auth_version"
              ? "there is a new password"
              : `${name_} is now ${typeof now[name_] === "object" ? JSON.stringify(now[name_]) : now[name_]}`;
          const what = changed.map(words).join(", ") || "something that is not shown";
          throw new Error(`Somebody else changed this user meanwhile: ${what}. Change again to go on with yours.`);
        }
        say("Changed.");
        again();
        return true;
      },
    });
  };

  const remove = () =>
    askDialog({
      title: `Delete ${user.username}?`,
      dangerous: true,
      action: `Delete ${user.username}`,
      text: "The account, its sessions, and personal data in its events go for good. The name can be taken again; the id never.",
      fields: { name: { label: `Type ${user.username} to confirm`, required: true } },
      act: async (values) => {
        if (values.name !== user.username) throw new Error("This is another name.");
        const receipt = await ask("DELETE", path);
        say(`${user.username} was deleted; ${receipt.sessions === 1 ? "1 session" : `${receipt.sessions} sessions`} ended.`);
        go("/ops/users");
        return true;
      },
    });

  const resetCode = async () => {
    try {
      const made = await ask("POST", `${path}/reset-code`);
      show({
        title: `A code for ${user.username}`,
        text: "Hand it over; it is shown this once. Whoever has it can set a new password with it (POST /api/user/reset). It expires:",
        content: [el("p", {}, instant(made.expires)), el("p", {}, el("code.secret", {}, made.code)), copyButton(made.code)],
      });
    } catch (error) {
      say(error.message);
    }
  };

  const promote = async () => {
    const done = await askDialog({
      title: `Make ${user.username} an operator?`,
      action: "Make operator",
      text: "Operators may do everything here, to everybody's accounts.",
      act: () => ask("POST", `${path}/promote`),
    });
    if (done) leave(`${user.username} is an operator.`);
  };
  const demote = async () => {
    const done = await askDialog({
      title: `Demote ${user.username}?`,
      action: `Demote ${user.username}`,
      dangerous: true,
      text: "Access tokens and codes of this operator end at once. The account and its sessions stay.",
      act: () => ask("POST", `${path}/demote`),
    });
    if (done) leave(`${user.username} is no operator any more.`);
  };
  const leave = (said) => {
    say(said);
    again();
  };

  const facts = {
    Id: String(user.id),
    "Signed up": visit(user.signup_time, user.signup_address, "signup_address"),
    "Last used": user.last_used_at ? visit(user.last_used_at, user.last_address, "last_address") : "never, or before this was noted",
    Disabled: await disabledFact(user, context),
    Version: String(user.version),
    ...labelFacts(user),
  };
  return [
    el(
      "header",
      {},
      el("h1", {}, isolated(user.username)),
      user.disabled_at ? null : badge("active", "active"),
      states(user, me),
      await throttleOf(user, context),
      el(
        "div.doing",
        {},
        isMe ? button("Change my password", () => changeOwnPassword(again), ".primary") : null,
        button("Change", edit, isMe ? "" : ".primary"),
        button("Roles", () => editLabels(user, again)),
        user.disabled_at ? button("Enable", () => enable(user, again)) : button("Disable", () => disable(user, again)),
        user.is_operator ? button("Demote", demote) : button("Make operator", promote),
        button("Reset code", resetCode),
        button("Delete", remove, ".dangerous"),
      ),
    ),
    el(
      "dl.facts",
      {},
      Object.entries(facts)
        .filter(([, content]) => content !== null)
        .map(([label, content]) => el("div", {}, el("dt", {}, label), el("dd", {}, content))),
    ),
    el("h2", {}, "Sessions"),
    sessionsOf(user, context),
    timeline(user, context),
    el(
      "p",
      {},
      link("All events of this user", query("/ops/events", { filter: `user_id:eq:${user.id}` })),
      " · ",
      link("All requests of this user", query("/ops/logs", { filter: `user_id:eq:${user.id}`, last: "all" })),
    ),
  ];
}
