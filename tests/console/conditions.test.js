// Filters, as the API has them and as people read them.

import assert from "node:assert/strict";
import test from "node:test";

import { barSeconds, filterOf, offered, parse, rangeFilters, rangeOf, sentence } from "../../adapters/http/pages/console/conditions.js";

const COLUMNS = {
  status: { label: "Status", kind: "integer" },
  kind: { label: "What", kind: "choice" },
  user_id: { label: "User", kind: "user", nullable: true },
  at: { label: "When", kind: "instant" },
  is_operator: { label: "Operator", kind: "boolean" },
  path: { label: "Path", kind: "text" },
};
const NOW = Date.parse("2026-03-04T12:34:56.789Z");
const MINUTE = 60_000;

const SENTENCES = [
  ["status:ge:400", "Status at least 400"],
  ["status:eq:404", "Status is 404"],
  ["kind:ne:logged_in", "What is not logged_in"],
  ["kind:eq:", "What is empty"],
  ["kind:ne:", "What is not empty"],
  ["user_id:null:true", "User is empty"],
  ["user_id:null:false", "User is not empty"],
  ["user_id:eq:63", "User is <63>"],
  ["at:ge:2026-01-01T00:00:00Z", "When since 2026-01-01T00:00:00Z"],
  ["at:le:2026-01-01T00:00:00Z", "When until 2026-01-01T00:00:00Z"],
  ["is_operator:eq:true", "Operator is yes"],
  ["is_operator:eq:false", "Operator is no"],
  ["path:not_prefix:/a:b", "Path does not begin with /a:b"],
  ["unknown:eq:1", "unknown is 1"],
  ["nonsense", "nonsense"],
];

for (const [filter, said] of SENTENCES) {
  test(`${filter} is read as: ${said}`, () => {
    assert.equal(
      sentence(filter, COLUMNS, (kind, value) => (kind === "user" ? `<${value}>` : value)),
      said,
    );
  });
}

const CHOSEN = [
  ["status", "ge", "400", "status:ge:400"],
  ["path", "prefix", "a:b", "path:prefix:a:b"],
  ["path", "empty", "ignored", "path:eq:"],
  ["kind", "some", "", "kind:ne:"],
  ["user_id", "empty", "", "user_id:null:true"],
  ["user_id", "some", "", "user_id:null:false"],
];

for (const [name, comparison, value, filter] of CHOSEN) {
  test(`${name} ${comparison} ${value} is the filter ${filter}`, () => {
    assert.equal(filterOf(name, COLUMNS[name], comparison, value), filter);
    const read = parse(filter);
    assert.equal(read.comparison, comparison);
    assert.equal(filterOf(read.name, COLUMNS[name], read.comparison, read.value), filter);
  });
}

test("a column is offered what fits its kind", () => {
  assert.deepEqual(offered(COLUMNS.at), ["ge", "le"]);
  assert.deepEqual(offered(COLUMNS.is_operator), ["eq"]);
  assert.deepEqual(offered(COLUMNS.user_id), ["eq", "ne", "empty", "some"]);
  assert.ok(!offered(COLUMNS.status).includes("contains"));
});

const RANGES = [
  ["", "all", { last: "all", since: null, until: null }],
  ["", "1h", { last: "1h", since: Date.parse("2026-03-04T11:34:00Z"), until: null }],
  ["last=15m", "1h", { last: "15m", since: Date.parse("2026-03-04T12:19:00Z"), until: null }],
  ["last=all", "1h", { last: "all", since: null, until: null }],
  ["last=nonsense", "1h", { last: "all", since: null, until: null }],
  ["since=2026-03-01T00:00:00Z", "1h", { last: "between", since: Date.parse("2026-03-01T00:00:00Z"), until: null }],
  ["last=1h&until=2026-03-01T00:00:00Z", "1h", { last: "between", since: null, until: Date.parse("2026-03-01T00:00:00Z") }],
  ["since=nonsense", "all", { last: "all", since: null, until: null }],
];

for (const [address, fallback, range] of RANGES) {
  test(`the address ?${address} with the usual ${fallback} names a range`, () => {
    assert.deepEqual(rangeOf(new URLSearchParams(address), fallback, NOW), range);
  });
}

test("a range is asked for from its beginning until before its end", () => {
  assert.deepEqual(rangeFilters("at", { since: 0, until: MINUTE }), ["at:ge:1970-01-01T00:00:00.000Z", "at:lt:1970-01-01T00:01:00.000Z"]);
  assert.deepEqual(rangeFilters("at", { since: null, until: null }), []);
});

const BARS = [
  [15 * MINUTE, 10],
  [60 * MINUTE, 60],
  [24 * 60 * MINUTE, 1800],
  [7 * 24 * 60 * MINUTE, 7200],
  [30 * 24 * 60 * MINUTE, 43_200],
  [1, 10],
];

for (const [length, seconds] of BARS) {
  test(`bars of ${length / MINUTE} minutes are ${seconds} seconds wide`, () => {
    assert.equal(barSeconds(NOW - length, NOW), seconds);
  });
}

test("however long the range, there are at most 90 bars of whole days", () => {
  const length = 1000 * 86_400_000;
  const seconds = barSeconds(0, length);
  assert.equal(seconds % 86_400, 0);
  assert.ok(length / 1000 / seconds <= 90);
});
