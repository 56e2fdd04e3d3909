// The frame: which view, who one is, and the keys that work everywhere.

import { arrange, get, plainly } from "./api.js";
import { ask as askDialog } from "./dialog.js";
import { button, el, fill, link, say } from "./dom.js";
import { forgetNames } from "./names.js";
import { palette } from "./palette.js";
import * as events from "./view-events.js";
import * as login from "./view-login.js";
import * as logs from "./view-logs.js";
import * as monitor from "./view-monitor.js";
import * as sessions from "./view-sessions.js";
import * as settings from "./view-settings.js";
import * as setUp from "./view-set-up.js";
import * as tables from "./view-tables.js";
import * as tokens from "./view-tokens.js";
import * as users from "./view-users.js";

const VIEWS = [monitor, users, sessions, events, logs, tables, tokens, settings];
const OPEN = [login, setUp];

const main = document.getElementById("view");
const nav = document.getElementById("nav");
let me = null;
let leaving = new AbortController();

export function go(path) {
  // What is shown already needs no second entry: back leads to where one came from.
  if (path === location.pathname + location.search) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  show();
}

async function show() {
  leaving.abort();
  leaving = new AbortController();
  forgetNames();
  const { signal } = leaving;
  const [, , name = "", key = ""] = location.pathname.split("/");
  const view = [...VIEWS, ...OPEN].find((each) => each.name === (name || monitor.name));
  const open = OPEN.includes(view);
  main.setAttribute("aria-busy", "true");
  try {
    if (!open && me === null) me = await get("/api/ops/me", signal);
    drawNav(open, view);
    const context = {
      key: decodeURIComponent(key), search: new URLSearchParams(location.search), signal, go, me,
      forget: () => { me = null; },
      // Another address for what is shown, so that it can be shared and gone back to.
      turn: (parameters) => {
        const text = new URLSearchParams(Object.entries(parameters).flatMap(([k, v]) =>
          (Array.isArray(v) ? v : [v]).filter((each) => each).map((each) => [k, each]))).toString();
        go(location.pathname + (text ? `?${text}` : ""));
      },
    };
    const content = view ? await view.view(context) : el("p.state", {}, "There is no such view. ", link("To the monitor", "/ops"));
    if (signal.aborted) return;
    document.title = `${view ? view.title : "Not found"} · Frontdesk`;
    fill(main, content);
    (main.querySelector("[autofocus]") || main).focus({ preventScroll: true });
  } catch (error) {
    if (signal.aborted || error.status === 401) return;
    fill(main, el("p.state", { role: "alert" }, `${error.message} `, button("Try again", show)));
  } finally {
    if (!signal.aborted) main.removeAttribute("aria-busy");
  }
}

function drawNav(open, current) {
  nav.hidden = open;
  if (open) return;
  fill(nav,
    el("strong", {}, "Frontdesk"),
    VIEWS.map((view) => el("a", { href: `/ops/${view.name}`, "aria-current": view === current ? "page" : undefined }, view.title)),
    el("a", { href: "/schema", "data-outside": "" }, "API"),
    el("span.space"),
    button(`Search  ${/Mac|iPhone|iPad/.test(navigator.platform) ? "⌘K" : "Ctrl-K"}`, () => palette(VIEWS, go), ".plain"),
    el("span.me", {}, el("bdi", {}, me.user.username), " ", button("Log out", logOut, ".plain")));
  nav.querySelector("[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
}

async function logOut() {
  await plainly("/api/user/logout");
  me = null;
  go("/ops/login");
}

arrange({
  onSignedOut: () => {
    me = null;
    const here = location.pathname + location.search;
    if (!location.pathname.startsWith("/ops/login")) go(`/ops/login?next=${encodeURIComponent(here)}`);
  },
  confirmOwner: async () => Boolean(await askDialog({
    title: "Is it you?",
    text: "This needs a login of the last ten minutes.",
    fields: { password: { label: `Password of ${me.user.username}`, type: "password", required: true, autocomplete: "current-password" } },
    action: "Log in again",
    act: async ({ password }) => {
      await plainly("/api/user/login", { username: me.user.username, password });
      return true;
    },
  })),
});

document.addEventListener("click", (event) => {
  const anchor = event.target.closest("a[href^='/ops']");
  if (!anchor || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  go(anchor.getAttribute("href"));
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, dialog");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && me) {
    event.preventDefault();
    palette(VIEWS, go);
  } else if (event.key === "/" && !typing) {
    event.preventDefault();
    main.querySelector("input[type=search]")?.focus();
  } else if (event.key === "Escape" && !event.target.closest("dialog")) {
    const detail = event.target.closest("tr")?.nextElementSibling;
    if (event.target.matches("input")) main.querySelector("tbody tr[tabindex='0']")?.focus();
    else if (detail?.classList.contains("detail")) event.target.closest("tr").click();
    else if (location.pathname.split("/")[3]) history.back();
  } else if (event.key === "ArrowDown" && (event.target === document.body || event.target === main)) {
    main.querySelector("tbody tr[tabindex='0']")?.focus();
  }
});

addEventListener("popstate", show);
addEventListener("offline", () => say("The network is gone."));
addEventListener("online", show);
show();
