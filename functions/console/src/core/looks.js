/** Theme and density of this device; `?theme=` and `?density=` in an address win when it is opened. */

import {keep, kept} from "./kept.js";
import {setQuery} from "./routes.js";
import {newStore, useStore} from "./store.js";

/** @typedef {"system" | "light" | "dark"} Theme */
/** @typedef {"usual" | "compact"} Density */

const THEMES = /** @type {const} */ (["system", "light", "dark"]);

/** @param {string | null | undefined} word @returns {Theme} */
function readTheme(word) {
  return THEMES.find((theme) => theme === word) || "system";
}

const said = new URLSearchParams(window.location.search);
const theme = newStore(readTheme(said.get("theme") || kept("theme")));
const density = newStore(/** @type {Density} */ ((said.get("density") || kept("density")) === "compact" ? "compact" : "usual"));

/** Put them on the page. */
export function applyLooks() {
  const {dataset} = document.documentElement;
  if (theme.get() === "system") delete dataset.theme;
  else dataset.theme = theme.get();
  if (density.get() === "compact") dataset.density = "compact";
  else delete dataset.density;
}

/** @param {Theme} next */
export function setTheme(next) {
  keep("theme", next);
  theme.set(next);
  // An address with another theme would win when it is loaded again.
  setQuery({theme: next}, {replace: true});
  applyLooks();
}

/** The next of system, light, dark. */
export function turnTheme() {
  setTheme(THEMES[(THEMES.indexOf(theme.get()) + 1) % THEMES.length]);
}

/** @param {Density} next */
export function setDensity(next) {
  keep("density", next);
  density.set(next);
  applyLooks();
}

export function useTheme() {
  return useStore(theme);
}

export function useDensity() {
  return useStore(density);
}
