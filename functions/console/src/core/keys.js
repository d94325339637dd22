/**
 * Keys of the page. They never act in a field, nor with Ctrl, Alt or the command key, and whoever
 * speaks to the computer can turn them off (WCAG 2.1.4).
 */

import {keep, kept} from "./kept.js";
import {newStore, useStore} from "./store.js";
import {useEffect, useRef} from "./view.js";

const SEQUENCE_MS = 1_500;
const REMEMBERED = "keys";

/**
 * @typedef {{run: (event: KeyboardEvent) => unknown, says: string, group?: string}} Key
 *   says: what it does, as shown under `?`; "" hides it there
 */

/** @type {Set<{current: Record<string, Key>}>} */
const layers = new Set();
const changed = newStore({});
const off = newStore(kept(REMEMBERED) === "off");
const pending = {prefix: "", until: 0};

/** @param {boolean} isOff */
export function setKeysOff(isOff) {
  off.set(isOff);
  keep(REMEMBERED, isOff ? "off" : "on");
}

export function useKeysOff() {
  return useStore(off);
}

/**
 * Keys while this is shown; what is shown last wins. "g a" is one after the other, "Escape" and
 * "Enter" are named as the browser names them.
 * @param {Record<string, Key>} keys
 */
export function useKeys(keys) {
  const layer = useRef(keys);
  layer.current = keys;
  useEffect(() => {
    layers.add(layer);
    changed.set({});
    return () => {
      layers.delete(layer);
      changed.set({});
    };
  }, []);
}

/** All keys that act now. @returns {[string, Key][]} */
export function useAllKeys() {
  useStore(changed);
  return Object.entries(Object.assign({}, ...[...layers].map((layer) => layer.current)));
}

/** @param {string} name @returns {Key | undefined} */
function keyOf(name) {
  return [...layers].reverse().map((layer) => layer.current[name]).find(Boolean);
}

/** @param {EventTarget | null} target */
function isField(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit"].includes(target.type);
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const isPalette = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k";
  if (isPalette) return act("Ctrl-K", event);
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (off.get() || document.querySelector("dialog[open]")) return false;
  if (isField(event.target)) {
    if (event.key === "Escape") /** @type {HTMLElement} */ (event.target).blur();
    return false;
  }
  // Enter and space on a button or a link are its own.
  const isOwn = event.target instanceof Element && event.target.closest("a, button, summary, [role=option]");
  if (isOwn && (event.key === "Enter" || event.key === " ")) return false;
  const isLetter = event.key.length === 1;
  const name = isLetter && event.shiftKey && /[a-z]/i.test(event.key) ? `Shift+${event.key.toUpperCase()}` : event.key;
  if (pending.prefix && Date.now() < pending.until) {
    const both = `${pending.prefix} ${name}`;
    pending.prefix = "";
    return act(both, event);
  }
  if (isLetter && [...layers].some((layer) => Object.keys(layer.current).some((key) => key.startsWith(`${name} `)))) {
    pending.prefix = name;
    pending.until = Date.now() + SEQUENCE_MS;
    return false;
  }
  return act(name, event);
}

/** @param {string} name @param {KeyboardEvent} event */
function act(name, event) {
  const key = keyOf(name);
  if (!key) return false;
  event.preventDefault();
  key.run(event);
  return true;
}

/** Begin to listen. */
export function beginKeys() {
  document.addEventListener("keydown", onKey);
}
