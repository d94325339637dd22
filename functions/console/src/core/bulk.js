/** One action on many alerts. */

import {api} from "./api.js";
import {plural} from "./words.js";

const AT_ONCE = 100; // the API's limit of a call
const TRIES = 4; // of what another write was in the way of
const PAUSE_MS = 400;

/** @typedef {"ack" | "unack" | "resolve" | "snooze" | "unsnooze" | "note"} Verb */
/** @typedef {{id: string, ok: boolean, already_acknowledged?: boolean, error?: {code: string, message: string}}} Result */

/** @type {Record<Verb, {says: string, doing: string, done: string}>} */
export const VERBS = {
  ack: {says: "Acknowledge", doing: "Acknowledging", done: "acknowledged"},
  unack: {says: "Give back", doing: "Giving back", done: "given back"},
  resolve: {says: "Resolve", doing: "Resolving", done: "resolved"},
  snooze: {says: "Snooze", doing: "Snoozing", done: "snoozed"},
  unsnooze: {says: "Wake", doing: "Waking", done: "woken"},
  note: {says: "Add a note to", doing: "Noting", done: "noted"},
};

/** @type {Record<string, string>} */
const REFUSALS = {
  already_resolved: "already resolved",
  not_snoozed: "not asleep any more",
  not_acknowledged: "not acknowledged any more",
  alert_not_found: "no longer kept",
};

/**
 * @param {Verb} action
 * @param {string[]} ids
 * @param {Record<string, unknown>} [body] of the action
 * @param {(done: number) => void} [progress]
 * @returns {Promise<Result[]>} one each; those of a call that failed have its error
 */
export async function actOn(action, ids, body = {}, progress) {
  /** @type {Result[]} */
  const results = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const some = ids.slice(at, at + AT_ONCE);
    try {
      results.push(...(await tryAll(action, some, body)));
    } catch (error) {
      // Nothing was done at all: the one who asked is told. Else the rest is told as not done.
      if (!results.some((result) => result.ok)) throw error;
      const {code = "no_answer", message = ""} = /** @type {any} */ (error);
      results.push(...some.map((id) => ({id, ok: false, error: {code, message}})));
    }
    progress?.(results.length);
  }
  return results;
}

/** @param {Result} result */
function isBusy({error}) {
  return error?.code === "try_again";
}

/** @param {Verb} action @param {string[]} ids @param {Record<string, unknown>} body @returns {Promise<Result[]>} */
async function tryAll(action, ids, body) {
  /** @type {Map<string, Result>} */
  const results = new Map();
  let left = ids;
  for (let n = 0; n < TRIES && left.length; n += 1) {
    if (n) await new Promise((done) => setTimeout(done, PAUSE_MS * n));
    const {data} = await api.post("/alerts/bulk", {action, ids: left, ...body});
    for (const result of data) results.set(result.id, result);
    left = data.filter(isBusy).map((/** @type {Result} */ it) => it.id);
  }
  return [...results.values()];
}

/**
 * The same with all that match a filter, however many.
 * @param {Verb} action
 * @param {Record<string, string>} filter
 * @param {Record<string, unknown>} [body]
 * @param {(done: number) => void} [progress]
 */
export async function actOnAll(action, filter, body = {}, progress) {
  /** @type {Result[]} */
  const results = [];
  let cursor = null;
  do {
    try {
      const page = /** @type {import("./api.js").Answer} */ (
        await api.post("/alerts/bulk", {action, filter: cursor ? {...filter, cursor} : filter, all: true, ...body})
      );
      const busy = page.data.filter(isBusy);
      results.push(...page.data.filter((/** @type {Result} */ it) => !isBusy(it)));
      if (busy.length) results.push(...(await tryAll(action, busy.map((/** @type {Result} */ it) => it.id), body)));
      cursor = page.next_cursor;
    } catch (error) {
      if (results.length) throw new Error(`${inNumbers(action, results)}; the others not: ${/** @type {Error} */ (error).message}`);
      throw error;
    }
    progress?.(results.length);
  } while (cursor);
  return results;
}

/** Those that the action changed. @param {Result[]} results */
export function changedBy(results) {
  return results.filter((result) => result.ok && !result.already_acknowledged).map((result) => result.id);
}

/** "33 acknowledged, 1 was already resolved" @param {Verb} action @param {Result[]} results */
export function inNumbers(action, results) {
  const parts = [];
  const changed = changedBy(results).length;
  const had = results.filter((result) => result.already_acknowledged).length;
  if (changed || !results.length) parts.push(`${changed} ${VERBS[action].done}`);
  if (had) parts.push(`${had} ${had === 1 ? "was" : "were"} already acknowledged`);
  /** @type {Map<string, number>} */
  const refused = new Map();
  for (const {error} of results) if (error) refused.set(error.code, (refused.get(error.code) || 0) + 1);
  for (const [code, count] of refused) {
    const why = REFUSALS[code];
    parts.push(why ? `${count} ${count === 1 ? "was" : "were"} ${why}` : `${plural(count, "one", "others")} not: ${results.find((it) => it.error?.code === code)?.error?.message}`);
  }
  return parts.join(", ");
}
