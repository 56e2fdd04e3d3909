// Several lists as one: the newest first, nothing twice, nothing left out.

import assert from "node:assert/strict";
import test from "node:test";

import { merged } from "../../adapters/http/pages/console/merge.js";

/** Rows with these times, in pages of two. */
function source(...times) {
  const asked = [];
  return {
    asked,
    time: (row) => row,
    load: async (after) => {
      asked.push(after);
      const from = after ?? 0;
      return { rows: times.slice(from, from + 2), next: from + 2 < times.length ? from + 2 : null };
    },
  };
}

async function all(load, limit) {
  const found = [];
  let after = null;
  do {
    const page = await load(after, undefined, limit);
    found.push(...page.rows.map(({ row }) => row));
    after = page.next;
  } while (after !== null);
  return found;
}

test("rows come in the order of their times, whatever the size of a page", async () => {
  for (const limit of [1, 2, 3, 100]) {
    const load = merged([source(9, 7, 6, 1), source(8, 5, 4, 3, 2), source()]);
    assert.deepEqual(await all(load, limit), [9, 8, 7, 6, 5, 4, 3, 2, 1], `in pages of ${limit}`);
  }
});

test("each row says of which source it is", async () => {
  const [one, other] = [source(2), source(1)];
  const { rows, next } = await merged([one, other])(null);
  assert.deepEqual(
    rows.map((each) => each.source),
    [one, other],
  );
  assert.equal(next, null);
});

test("no page is read before it is needed, and none twice", async () => {
  const [busy, quiet] = [source(9, 8, 7, 6), source(1)];
  const load = merged([busy, quiet]);
  await load(null, undefined, 1);
  assert.deepEqual([busy.asked, quiet.asked], [[null], [null]]);
  await load("more", undefined, 3);
  assert.deepEqual([busy.asked, quiet.asked], [[null, 2], [null]]);
});

test("loading from the beginning begins anew", async () => {
  const load = merged([source(3, 2, 1)]);
  await load(null, undefined, 2);
  assert.deepEqual(await all(load, 2), [3, 2, 1]);
});

test("a source that cannot be read is told, and nothing is shown without it", async () => {
  const broken = { time: (row) => row, load: async () => Promise.reject(new Error("busy")) };
  await assert.rejects(merged([source(1), broken])(null), /busy/);
});

test("when a source fails in between, nothing is lost for who tries again", async () => {
  let fails = 1;
  const moody = source(6, 4, 2, 1);
  const load = merged([
    source(5, 3),
    { ...moody, load: async (after) => (after !== null && fails-- > 0 ? Promise.reject(new Error("busy")) : moody.load(after)) },
  ]);
  assert.equal((await load(null, undefined, 1)).rows[0].row, 6);
  await assert.rejects(load("more", undefined, 5), /busy/);
  const { rows } = await load("more", undefined, 5);
  assert.deepEqual(
    rows.map(({ row }) => row),
    [5, 4, 3, 2, 1],
  );
});

test("a page of which nothing is left is followed by the next one", async () => {
  const some = source(6, 5, 4, 3, 2, 1);
  const few = { ...some, load: async (after) => some.load(after).then((page) => ({ ...page, rows: page.rows.filter((row) => row < 3) })) };
  assert.deepEqual(await all(merged([few]), 2), [2, 1]);
});
