/** Who looks at the page, and what that one may do. */

import {api} from "./api.js";
import {newStore, useStore} from "./store.js";

/** @type {import("./store.js").Store<import("./types.js").Me | null>} */
const me = newStore(/** @type {import("./types.js").Me | null} */ (null));

/** Ask who this is. */
export async function loadMe() {
  me.set((await api.get("/me")).data);
}

/** Null until it is known. */
export function useMe() {
  return useStore(me);
}

/** The same, outside of a drawing. */
export function whoAmI() {
  return me.get();
}

/** @param {string} scope as `alerts:write` */
export function can(scope) {
  const scopes = me.get()?.scopes || [];
  return scopes.includes("admin") || scopes.includes(scope) || scopes.includes(scope.split(":")[0]);
}
