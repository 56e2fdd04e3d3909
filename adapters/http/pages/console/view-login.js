// @ts-check
import { get, plainly } from "./api.js";
import { el, fill, shown } from "./dom.js";

export const name = "login";
export const title = "Log in";

export function view({ search, go, forget }) {
  const next = search.get("next") || "";
  const trouble = el("p.trouble", { role: "alert" });
  const username = el("input", { id: "username", autocomplete: "username", required: true, autofocus: true });
  const password = el("input", { id: "password", type: "password", autocomplete: "current-password", required: true });
  const send = el("button.primary", { type: "submit" }, "Log in");
  return el(
    "form.door",
    {
      onsubmit: async (event) => {
        event.preventDefault();
        send.disabled = true;
        try {
          await plainly("/api/user/login", { username: username.value, password: password.value });
          await get("/api/ops/me");
          forget();
          // Only ever to a view of this console.
          go(/^\/ops(\/[\w/-]*)?(\?|$)/.test(next) ? next : "/ops");
        } catch (error) {
          fill(trouble, error.message);
          send.disabled = false;
          password.select();
        }
      },
    },
    el("h1", {}, "Frontdesk"),
    el("p.field", {}, el("label", { for: "username" }, "Name"), username),
    el("p.field", {}, el("label", { for: "password" }, "Password"), password, shown(password)),
    trouble,
    send,
    el(
      "p.hint",
      {},
      "The first time? While there is no operator, the service prints a link when it starts; whoever opens it becomes the first one.",
    ),
  );
}
