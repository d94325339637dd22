/** What happened, in numbers, for a few seconds. */

import {newStore, useStore} from "./store.js";

const SHOWN_MS = 8_000;
const WITH_UNDO_MS = 15_000;

/** @typedef {{id: number, text: string, isBad: boolean, undo: (() => unknown) | null, undoSays: string}} Toast */

const toasts = newStore(/** @type {Toast[]} */ ([]));
const counter = {last: 0};

/**
 * @param {string} text
 * @param {{undo?: (() => unknown) | null, isBad?: boolean, undoSays?: string}} [more] undo: what takes it back
 */
export function say(text, {undo = null, isBad = false, undoSays = "Undo"} = {}) {
  counter.last += 1;
  const id = counter.last;
  toasts.set([...toasts.get().slice(-2), {id, text, undo, isBad, undoSays}]);
  setTimeout(() => dismiss(id), undo || isBad ? WITH_UNDO_MS : SHOWN_MS);
}

/** @param {unknown} error */
export function sayError(error) {
  const {message, details = []} = /** @type {any} */ (error);
  const why = details.map((/** @type {{field: string, problem: string}} */ {field, problem}) => `${field} ${problem}`).join("; ");
  say([message || String(error), why].filter(Boolean).join(" "), {isBad: true});
}

/** @param {number} id */
export function dismiss(id) {
  toasts.set(toasts.get().filter((toast) => toast.id !== id));
}

export function useToasts() {
  return useStore(toasts);
}

const spoken = newStore("");

/** Tell those who hear the page; nothing is shown. @param {string} text */
export function announce(text) {
  // The same words again are said again.
  spoken.set(spoken.get() === text ? `${text}\u00a0` : text);
}

export function useSpoken() {
  return useStore(spoken);
}
