/** A value that many look at. */

import {useLayoutEffect, useState} from "./view.js";

/**
 * @template T
 * @typedef {{get: () => T, set: (next: T) => void, hear: (ear: () => void) => () => void}} Store
 */

/**
 * @template T
 * @param {T} first
 * @returns {Store<T>}
 */
export function newStore(first) {
  let value = first;
  /** @type {Set<() => void>} */
  const ears = new Set();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const ear of [...ears]) ear();
    },
    hear(ear) {
      ears.add(ear);
      return () => ears.delete(ear);
    },
  };
}

/**
 * The value, and a new drawing when it changes.
 * @template T
 * @param {Store<T>} store
 * @returns {T}
 */
export function useStore(store) {
  const [, draw] = useState({});
  useLayoutEffect(() => {
    const seen = store.get();
    const stop = store.hear(() => draw({}));
    // Between drawing and listening it may have changed.
    if (!Object.is(seen, store.get())) draw({});
    return stop;
  }, [store]);
  return store.get();
}
