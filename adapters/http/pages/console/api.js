// @ts-check
// The one way to ask the service.

/** @import { Problem as Document } from "../../../../tests/console/openapi.d.ts" */

export class Problem extends Error {
  /**
   * @param {number} status 0 if there was no answer
   * @param {Partial<Document>} document
   */
  constructor(status, document) {
    super(document.detail || "The service cannot be reached.");
    this.status = status;
    this.code = document.code || "unreachable";
  }
}

let onSignedOut = () => {};
/** @type {() => Promise<boolean>} */
let confirmOwner = async () => false;

/** @param {{onSignedOut: () => void, confirmOwner: () => Promise<boolean>}} handlers */
export function arrange(handlers) {
  ({ onSignedOut, confirmOwner } = handlers);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
async function send(method, path, body, signal) {
  /** @type {RequestInit & {headers: Record<string, string>}} */
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
  try {
    data = text ? JSON.parse(text) : null;
  } catch {
    data = null;
  }
  if (!response.ok) throw new Problem(response.status, data || { detail: `Status ${response.status}.` });
  return data;
}

/**
 * Ends up at the login when the session is over, and asks for the password when it is not fresh.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>} say with a type of `tests/console/openapi.d.ts` what it is
 */
export async function ask(method, path, body, signal) {
  try {
    return await send(method, path, body, signal);
  } catch (error) {
    if (error.status === 401) onSignedOut();
    if (error.code === "fresh_login_required" && (await confirmOwner())) return send(method, path, body, signal);
    throw error;
  }
}

/**
 * @param {string} path
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>} say with a type of `tests/console/openapi.d.ts` what it is
 */
export const get = (path, signal) => ask("GET", path, undefined, signal);

/**
 * Without a session: set-up and login themselves.
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
export const plainly = (path, body) => send("POST", path, body);

/** @typedef {string | number | null | undefined} Parameter What is empty or nothing is left out. */

/**
 * @param {string} path
 * @param {Record<string, Parameter | Parameter[]>} parameters
 */
export function query(path, parameters) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null && each !== "") search.append(name, String(each));
    }
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

/**
 * For a part of a page: why it cannot be had, in place of it. What ends the whole page is thrown again.
 * @param {any} error
 * @returns {string}
 */
export function refusal(error) {
  if (error.name === "AbortError" || [401, 404].includes(error.status)) throw error;
  return error.message;
}
