// @ts-check
import { plainly } from "./api.js";
import { el, fill, link, shown } from "./dom.js";

export const name = "set-up";
export const title = "Set up";

export function view({ go, forget }) {
  // In the fragment, which no server and no log ever sees.
  const code = location.hash.slice(1);
  const isInvited = /^fdo_[\w-]{43}$/.test(code);
  if (!isInvited && !/^[\w-]{43}$/.test(code)) {
    return el(
      "div.door",
      {},
      el("h1", {}, "This link is not complete"),
      el(
        "p",
        {},
        "It ends with a code, which is missing or cut off here. ",
        "The service prints a new link each time it starts, until there is an operator; an operator can invite others.",
      ),
      el("p", {}, link("To the login", "/ops/login")),
    );
  }
  const trouble = el("p.trouble", { role: "alert" });
  const username = el("input", { id: "username", autocomplete: "username", required: true, autofocus: true, maxlength: 100 });
  const password = el("input", {
    id: "password",
    type: "password",
    autocomplete: "new-password",
    required: true,
    "aria-describedby": "help",
  });
  const send = el("button.primary", { type: "submit" }, isInvited ? "Become an operator" : "Become the operator");
  return el(
    "form.door",
    {
      onsubmit: async (event) => {
        event.preventDefault();
        send.disabled = true;
        try {
          const [path, key] = isInvited ? ["/api/ops/operators", "invitation"] : ["/api/ops/set-up", "code"];
          await plainly(path, { [key]: code, username: username.value, password: password.value });
          forget();
          go("/ops");
        } catch (error) {
          fill(trouble, error.message);
          send.disabled = false;
        }
      },
    },
    el("h1", {}, isInvited ? "Become an operator" : "Become the first operator"),
    el(
      "p",
      {},
      isInvited
        ? "You are invited. The link works once, for a day; ask who sent it for a new one."
        : "The link works once, for half an hour. Restart the service for a new one.",
    ),
    el("p.field", {}, el("label", { for: "username" }, "Name"), username),
    el(
      "p.field",
      {},
      el("label", { for: "password" }, "Password"),
      password,
      shown(password),
      el("small", { id: "help" }, "At least 6 bytes; if the service is hardened 15, or 8 of an uncommon one. Best a long sentence."),
    ),
    trouble,
    send,
  );
}
