/** Addresses of the console: all that a page shows stands in its address. */

import {newStore, useStore} from "./store.js";

/** @typedef {{path: string, query: Record<string, string>, hash: string}} Place */

/** @returns {Place} */
function here() {
  const {pathname, search, hash} = window.location;
  return {path: pathname.replace(/(.)\/+$/, "$1"), query: Object.fromEntries(new URLSearchParams(search)), hash};
}

/** @type {import("./store.js").Store<Place>} */
const place = newStore(here());
const known = newStore(/** @type {import("./types.js").Page[]} */ ([]));

/** @param {import("./types.js").Page[]} pages */
export function setPages(pages) {
  known.set(pages);
  window.addEventListener("popstate", () => place.set(here()));
  document.addEventListener("click", takeOver);
}

/** Pages that came later, in place of what stood for them. @param {import("./types.js").Page[]} pages */
export function addPages(pages) {
  const paths = new Set(pages.map(({path}) => path));
  known.set([...known.get().filter(({path}) => !paths.has(path)), ...pages]);
}

/** Whether there is a page at this path. @param {string} path */
export function hasPage(path) {
  return findPage(path) !== null;
}

/**
 * @param {string} path
 * @returns {{page: import("./types.js").Page, params: Record<string, string>} | null}
 */
export function findPage(path) {
  for (const page of known.get()) {
    const params = matchPath(page.path, path);
    if (params) return {page, params};
  }
  return null;
}

/**
 * What stands for the names in braces; null if the path has another shape.
 * @param {string} pattern
 * @param {string} path
 */
export function matchPath(pattern, path) {
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  if (wanted.length !== given.length) return null;
  /** @type {Record<string, string>} */
  const params = {};
  for (const [index, part] of wanted.entries()) {
    const said = given[index];
    if (part.startsWith("{") && said) {
      try {
        params[part.slice(1, -1)] = decodeURIComponent(said);
      } catch {
        return null;
      }
    } else if (part !== said) return null;
  }
  return params;
}

/** The place and the parameters of its page. */
export function useRoute() {
  const {path, query, hash} = useStore(place);
  useStore(known);
  return {path, query, hash, params: findPage(path)?.params || {}};
}

/** @param {string} address @param {{replace?: boolean}} [how] */
export function go(address, {replace = false} = {}) {
  const before = place.get();
  window.history[replace ? "replaceState" : "pushState"](null, "", address);
  place.set(here());
  const {path, query} = place.get();
  if (before.path !== path) {
    window.scrollTo(0, 0);
    document.getElementById("main")?.focus({preventScroll: true});
  } else if (!replace && before.query.page !== query.page) document.getElementById("main")?.focus();
}

/**
 * Change members of the query; null or "" takes one away.
 * @param {Record<string, string | null | undefined>} changes
 * @param {{replace?: boolean}} [how]
 */
export function setQuery(changes, how) {
  go(addressWith(changes), how);
}

/** The address here with other members of the query. @param {Record<string, string | null | undefined>} changes */
export function addressWith(changes) {
  const {path, query} = place.get();
  const kept = Object.entries({...query, ...changes}).filter(([, value]) => value);
  const search = new URLSearchParams(/** @type {[string, string][]} */ (kept)).toString();
  return search ? `${path}?${search}` : path;
}

/** A link inside the console changes the page without loading it anew. @param {MouseEvent} event */
function takeOver(event) {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute("download")) return;
  const url = new URL(link.href, window.location.href);
  if (url.origin !== window.location.origin || !hasPage(url.pathname.replace(/(.)\/+$/, "$1"))) return;
  // A place on this page is the browser's own matter.
  if (url.hash && url.pathname === window.location.pathname && url.search === window.location.search) return;
  event.preventDefault();
  if (url.href !== window.location.href) go(url.pathname + url.search + url.hash);
}
