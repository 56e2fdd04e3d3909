// @ts-check
// Questions that are asked often, by the view they belong to.
export const PRESETS = {
  users: [["New today", "/ops/users?last=1d"]],
  events: [["Refused logins", "/ops/events?last=1d&filter=kind%3Aeq%3Alogin_refused"]],
  logs: [
    ["Failed", "/ops/logs?last=1h&filter=status%3Age%3A500"],
    ["Refused", "/ops/logs?last=1h&filter=status%3Age%3A400&filter=status%3Alt%3A500"],
    ["Slow", "/ops/logs?last=1d&sort=-duration_ms"],
    ["By endpoint", "/ops/logs?last=1h&by=endpoint&sort=-slowest_ms"],
  ],
};
