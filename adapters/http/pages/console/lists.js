// @ts-check
// What of each list can be filtered, and where the API has it.

/** @typedef {import("./filters.js").List} List */

/** @type {List} */
export const USERS = {
  path: "/api/ops/tables/users",
  noun: "users",
  time: "signup_time",
  columns: {
    is_operator: { label: "Operator", kind: "boolean" },
    disabled_at: { label: "Disabled", kind: "instant", nullable: true },
    roles: { label: "Roles", kind: "text", values: true },
    signup_address: { label: "Signed up from", kind: "text", nullable: true },
    last_used_at: { label: "Last used", kind: "instant", nullable: true },
    last_address: { label: "Last used from", kind: "text", nullable: true },
  },
};

/** @type {List} */
export const SESSIONS = {
  path: "/api/ops/tables/sessions",
  noun: "sessions",
  time: "created_at",
  columns: {
    address: { label: "Address", kind: "text" },
    user_id: { label: "User", kind: "user" },
    device: { label: "Device", kind: "text", nullable: true, values: true },
    last_seen_at: { label: "Last seen", kind: "instant" },
    expires_at: { label: "Expires", kind: "instant" },
    user_agent: { label: "User agent", kind: "text" },
    id: { label: "Id", kind: "integer" },
  },
};

/** @type {List} */
export const EVENTS = {
  path: "/api/ops/tables/events",
  noun: "events",
  time: "at",
  columns: {
    kind: { label: "What", kind: "choice", values: true },
    user_id: { label: "Whom", kind: "user", nullable: true },
    actor_id: { label: "Operator", kind: "user", nullable: true },
    address: { label: "Address", kind: "text" },
    device: { label: "Device", kind: "text", nullable: true, values: true },
    user_agent: { label: "User agent", kind: "text" },
    position: { label: "Position", kind: "integer" },
  },
};

/** @type {List} */
export const REQUESTS = {
  path: "/api/ops/logs",
  noun: "requests",
  time: "time",
  fallback: "1d",
  columns: {
    status: { label: "Status", kind: "integer", values: true },
    problem: { label: "Problem", kind: "choice", values: true },
    route: { label: "Route", kind: "choice", values: true },
    method: { label: "Method", kind: "choice", values: true },
    duration_ms: { label: "Milliseconds", kind: "number" },
    user_id: { label: "User", kind: "user", nullable: true },
    address: { label: "Address", kind: "text" },
    path: { label: "Path", kind: "text" },
    level: { label: "Level", kind: "choice", values: true },
    request_id: { label: "Request id", kind: "text" },
    trace_id: { label: "Trace", kind: "text" },
    user_agent: { label: "User agent", kind: "text" },
    node: { label: "Node", kind: "choice", values: true },
    worker: { label: "Worker", kind: "choice", values: true },
  },
};
