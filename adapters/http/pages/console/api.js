// The one way to ask the service.

export class Problem extends Error {
  constructor(status, document) {
    super(document.detail || "The service cannot be reached.");
    this.status = status;
    this.code = document.code || "unreachable";
  }
}

let onSignedOut = () => {};
let confirmOwner = async () => false;

export function arrange(handlers) {
  ({ onSignedOut, confirmOwner } = handlers);
}

async function send(method, path, body, signal) {
  const options = { method, signal, credentials: "same-origin", headers: {} };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, {});
  }
  const text = await response.text();
  let data = null;
  try { data = text ? JSON.parse(text) : null; } catch { data = null; }
  if (!response.ok) throw new Problem(response.status, data || { detail: `Status ${response.status}.` });
  return data;
}

// Ends up at the login when the session is over, and asks for the password when it is not fresh.
export async function ask(method, path, body, signal) {
  try {
    return await send(method, path, body, signal);
  } catch (error) {
    if (error.status === 401) onSignedOut();
    if (error.code === "fresh_login_required" && (await confirmOwner())) return send(method, path, body, signal);
    throw error;
  }
}

export const get = (path, signal) => ask("GET", path, undefined, signal);

// Without a session: set-up and login themselves.
export const plainly = (path, body) => send("POST", path, body);

export function query(path, parameters) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null && each !== "") search.append(name, each);
    }
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}
