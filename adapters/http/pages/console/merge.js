// @ts-check
// Several lists, each from the newest to the oldest, as one. Pure, but for what it is given to load with.

/**
 * @typedef {{load: (after: any, signal?: AbortSignal, limit?: number) => Promise<{rows: any[], next: any}>,
 *   time: (row: any) => number}} Source `time` is when a row of it happened, in milliseconds
 */

/**
 * What the table loads with: rows of all sources, each with the source it is of, the newest first. A page is read of each source
 * when there is nothing of it left; one that loads from the beginning begins anew.
 * @param {Source[]} sources
 * @param {number} size rows of a page, unless more are asked for
 */
export function merged(sources, size = 50) {
  /** @type {{rows: any[], after: any, isDone: boolean}[]} */
  let left = [];
  /** What was put in order before a source failed; it comes first when one tries again. @type {{source: Source, row: any}[]} */
  let taken = [];

  return async (
    /** @type {string | null} */ after,
    /** @type {AbortSignal | undefined} */ signal,
    /** @type {number | undefined} */ limit,
  ) => {
    if (after === null) [left, taken] = [sources.map(() => ({ rows: [], after: null, isDone: false })), []];
    const wanted = limit || size;
    while (taken.length < wanted) {
      await Promise.all(left.map((each, index) => refill(each, sources[index], signal, wanted)));
      const next = newest(left, sources);
      if (next === -1) break;
      taken.push({ source: sources[next], row: left[next].rows.shift() });
    }
    const rows = taken;
    taken = [];
    const isMore = left.some((each) => each.rows.length || !each.isDone);
    return { rows, next: isMore ? "more" : null };
  };
}

async function refill(each, source, signal, limit) {
  while (!each.rows.length && !each.isDone) {
    const page = await source.load(each.after, signal, limit);
    each.rows = page.rows;
    each.after = page.next;
    each.isDone = page.next === null;
  }
}

/** Which source has the newest row left; -1 if none has any. */
function newest(left, sources) {
  let best = -1;
  for (const [index, { rows }] of left.entries()) {
    if (rows.length && (best === -1 || sources[index].time(rows[0]) > sources[best].time(left[best].rows[0]))) best = index;
  }
  return best;
}
