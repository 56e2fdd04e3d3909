// @ts-check
// A command that asks what a record says was asked. What was masked is not in the record, and so not in the command.
// Whoever sent the request chose its bytes, and the command is pasted into a terminal: nothing in it may be taken for
// a key, and curl may not read more into it than stands there.

const OURS = ["host", "connection", "content-length", "transfer-encoding", "accept-encoding"];
const NAME = /^[!#$%&'+.^_`|~0-9a-z-]+$/i;
const INVISIBLE = /[^\x20-\x7e\p{L}\p{M}\p{N}\p{P}\p{S}]/u;

/** @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
/** @param {string} text */
const visible = (text) => text.replaceAll(/[^\x21-\x7e]/g, "");
/** @param {string} text */
const escaped = (text) => text.replaceAll(/[^\x20-\x7e]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** @param {Record<string, string>} fields */
function headers(fields) {
  return Object.entries(fields)
    .filter(([name, each]) => NAME.test(name) && !OURS.includes(name) && !each.includes("***") && !INVISIBLE.test(each))
    .map(([name, each]) => `-H ${quoted(each ? `${name}: ${each}` : `${name};`)}`);
}

/**
 * @typedef {object} Recorded What it needs of a record of a request.
 * @property {string} method
 * @property {string} path
 * @property {string | null} [query]
 * @property {Record<string, string>} request_headers
 * @property {unknown} [request_body]
 */

/**
 * @param {Recorded} record
 * @param {string} origin
 */
export function curl(record, origin) {
  const search = record.query ? `?${record.query}` : "";
  const method = record.method === "HEAD" ? "--head" : `-X ${quoted(visible(record.method))}`;
  const body = record.request_body ? [`--data-raw ${quoted(escaped(JSON.stringify(record.request_body)))}`] : [];
  const url = quoted(origin + visible(record.path + search));
  return ["curl", "--globoff", "--path-as-is", method, url, ...headers(record.request_headers), ...body].join(" ");
}
