/**
 * The page keeps up with the stack: one small question, "has anything moved?", and only then
 * everything that is shown is loaded again.
 */

import {ApiError, api, OfflineError, signedOut} from "./api.js";
import {newStore, useStore} from "./store.js";
import {timeNow} from "./times.js";
import {useCallback, useEffect, useRef, useState} from "./view.js";

const RESTLESS_MS = 5_000;
const CALM_MS = 20_000;
const HIDDEN_MS = 60_000;
const LONG_HIDDEN_MS = 120_000;
const LONG_MS = 300_000; // a page that nobody has seen for so long asks half as often
const RETRY_MS = 2_000;
const RESTLESS_FOR_MS = 120_000;
const LOAD_SHARE = 8; // a load that took 1 s is not repeated within 8 s
const OLD_MS = 120_000;

/**
 * @typedef {object} Live
 * @property {number | null} asOf when all that is shown was true, ms
 * @property {number} failures in a row
 * @property {number} nextAt when it is asked again, ms
 */

/** @type {import("./store.js").Store<Live>} */
const live = newStore(/** @type {Live} */ ({asOf: null, failures: 0, nextAt: 0}));
/** @typedef {(all?: unknown) => Promise<void>} Loader all: also what is seldom loaded */
/** @type {Set<Loader>} */
const loaders = new Set();
/** @type {Set<Loader>} those of a page that nobody sees */
const unseen = new Set();
const state = {cursor: "", movedAt: 0, isRestless: false, loadMs: 0, isAsking: false, begun: false, firsts: 0, timer: 0, owes: false, hiddenAt: Date.now()};

/**
 * How long until the next question.
 * @param {{isHidden: boolean, hiddenMs?: number, isRestless: boolean, failures: number, loadMs?: number, retryAfter?: number, chance?: number}} now
 *   chance: 0 to 1, so that a hundred pages do not come back in the same second
 * @returns {number} ms
 */
export function pollAfter({isHidden, hiddenMs = 0, isRestless, failures, loadMs = 0, retryAfter = 0, chance = Math.random()}) {
  if (failures) {
    const wait = Math.min(HIDDEN_MS, RETRY_MS * 2 ** failures);
    return Math.round(Math.max(retryAfter * 1000, wait / 2 + (wait / 2) * chance));
  }
  const usual = isHidden ? (hiddenMs < LONG_MS ? HIDDEN_MS : LONG_HIDDEN_MS) : isRestless ? RESTLESS_MS : CALM_MS;
  return Math.round(Math.max(usual, loadMs * LOAD_SHARE));
}

/** Something is open that nobody has: ask more often. @param {boolean} isRestless */
export function setRestless(isRestless) {
  const wasRestless = state.isRestless;
  state.isRestless = isRestless;
  if (isRestless && !wasRestless && state.begun && !live.get().failures) plan();
}

/** Begin to ask; again does nothing. */
export function beginLive() {
  if (state.begun) return;
  state.begun = true;
  const atOnce = () => {
    if (document.hidden) state.hiddenAt = timeNow();
    const {asOf, failures} = live.get();
    // What is loaded for the first time is as new as can be.
    if (!document.hidden && (failures || state.owes || (asOf && timeNow() - asOf >= 1000))) look();
  };
  document.addEventListener("visibilitychange", atOnce);
  window.addEventListener("focus", atOnce);
  window.addEventListener("online", atOnce);
  window.addEventListener("offline", () => fail(new OfflineError()));
  signedOut.hear(() => signedOut.get() || look());
  plan();
}

/** After one's own action: everything is loaded again at once. */
export async function touched() {
  const at = timeNow();
  state.movedAt = at;
  await loadAll(true);
  succeed(at);
}

/** Ask now. */
export async function look() {
  if (state.isAsking || signedOut.get()) return;
  // Before the first loads came it would all be loaded twice.
  if (!state.cursor && state.firsts && !live.get().failures) return plan();
  state.isAsking = true;
  const at = timeNow();
  try {
    const {status, data} = await askChanges();
    if (status !== 204 && data.cursor !== state.cursor) {
      // The first cursor says nothing about what was loaded before it.
      if (state.cursor) state.movedAt = at;
      await loadAll();
      state.cursor = data.cursor;
    } else if (live.get().failures || (state.owes && !document.hidden)) await loadAll();
    succeed(at);
  } catch (error) {
    fail(error);
  } finally {
    state.isAsking = false;
  }
}

/** While a stack is updated, its pages may be newer than its API: then everything is loaded each time. */
async function askChanges() {
  try {
    return await api.get("/changes", {since: state.cursor});
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return {status: 200, data: {cursor: `${timeNow()}`}};
    throw error;
  }
}

async function loadAll(all = false) {
  const begun = Date.now();
  // What nobody sees is loaded when it is shown: until then the count of the title is enough.
  state.owes = document.hidden;
  const results = await Promise.allSettled([...(state.owes ? unseen : loaders)].map((load) => load(all)));
  state.loadMs = Date.now() - begun;
  const lost = results.find((result) => result.status === "rejected" && isPassing(result.reason));
  if (lost) {
    state.cursor = "";
    throw /** @type {PromiseRejectedResult} */ (lost).reason;
  }
}

/** Whether it is worth asking again: the others are the page's own matter. @param {unknown} error */
function isPassing(error) {
  return error instanceof OfflineError || (error instanceof ApiError && (error.status >= 500 || error.status === 429));
}

/** A session that ended is no fault: the sign-in page says so. @param {unknown} error */
function complain(error) {
  if (!(error instanceof ApiError && error.status === 401)) console.error(error);
}

/**
 * Whether what changes seldom is loaded again with what changes often: who is on call, whether a person is awake.
 * @param {number} loadedAt ms
 */
export const isDue = (loadedAt) => timeNow() - loadedAt >= LONG_MS;

/** @param {number} at */
function succeed(at) {
  live.set({asOf: state.owes ? live.get().asOf : at, failures: 0, nextAt: 0});
  // It was shown while it loaded the count alone.
  if (state.owes && !document.hidden) setTimeout(look);
  else plan();
}

/** A first load came: the first question is asked a while after the last of them. @param {number} at */
function began(at) {
  state.firsts -= 1;
  if (!live.get().asOf) live.set({...live.get(), asOf: at});
  if (state.begun && !state.cursor && !state.isAsking && !live.get().failures) plan();
}

/** @param {unknown} error */
function fail(error) {
  if (!isPassing(error)) complain(error);
  const {asOf, failures} = live.get();
  live.set({asOf, failures: failures + 1, nextAt: 0});
  plan(error instanceof ApiError ? error.retryAfter : 0);
}

/** @param {number} [retryAfter] s */
function plan(retryAfter = 0) {
  const {asOf, failures} = live.get();
  const isRestless = state.isRestless || timeNow() - state.movedAt < RESTLESS_FOR_MS;
  // The first question comes soon: it brings the cursor, and what moved during the first load.
  const isFirst = !state.cursor && !failures;
  const wait = isFirst ? RETRY_MS : pollAfter({isHidden: document.hidden, hiddenMs: timeNow() - state.hiddenAt, isRestless, failures, loadMs: state.loadMs, retryAfter});
  clearTimeout(state.timer);
  state.timer = window.setTimeout(look, wait);
  live.set({asOf, failures, nextAt: timeNow() + wait});
}

/** As of when, and whether no answer comes. `isOld`: for two minutes or more. @param {number} now ms */
export function useFreshness(now) {
  const {asOf, failures, nextAt} = useStore(live);
  const isStale = failures > 0;
  return {asOf, isStale, isOld: isStale && now - (asOf || now) >= OLD_MS, retryMs: Math.max(0, nextAt - now)};
}

/**
 * What `load` answers, loaded again whenever anything moved. The last value stays while a newer
 * one is on its way or does not come.
 * @template T
 * @param {(all?: unknown) => Promise<T>} load all: asked for by hand, so that nothing is left out
 * @param {readonly unknown[]} [deps] when one of these changes, it is loaded anew
 * @param {{waits?: boolean, inHidden?: boolean}} [how] waits: for the first question, so that what the page is about
 *   comes first; inHidden: loaded in a hidden page too
 * @returns {{value: T | null, error: Error | null, isLoading: boolean, asOf: number | null, isStale: boolean, refresh: Loader}}
 */
export function useLive(load, deps = [], {waits = false, inHidden = false} = {}) {
  const [seen, setSeen] = useState({
    value: /** @type {T | null} */ (null),
    error: /** @type {Error | null} */ (null),
    isLoading: true,
  });
  const latest = useRef(load);
  const turn = useRef(0);
  latest.current = load;
  const run = useCallback(/** @type {Loader} */ (async (all) => {
    turn.current += 1;
    const mine = turn.current;
    try {
      const value = await latest.current(all);
      if (mine === turn.current) setSeen({value, error: null, isLoading: false});
    } catch (error) {
      if (mine !== turn.current) return;
      setSeen((before) => ({...before, error: /** @type {Error} */ (error), isLoading: false}));
      throw error;
    }
  }), []);
  useEffect(() => {
    const at = timeNow();
    setSeen((before) => (before.isLoading ? before : {...before, isLoading: true}));
    loaders.add(run);
    if (inHidden) unseen.add(run);
    if (!waits) {
      state.firsts += 1;
      run(true).then(
        () => began(at),
        (error) => {
          state.firsts -= 1;
          if (isPassing(error)) fail(error);
          else complain(error);
        },
      );
    }
    return () => {
      turn.current += 1;
      loaders.delete(run);
      unseen.delete(run);
    };
  }, deps);
  const {asOf, failures} = useStore(live);
  return {...seen, asOf, isStale: failures > 0, refresh: run};
}
