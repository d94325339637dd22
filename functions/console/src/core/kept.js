/** What this browser keeps for the console, as far as it keeps anything. */

/** @param {string} name */
export function kept(name) {
  try {
    return window.localStorage.getItem(`tocsin.${name}`);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string | null} text null: no longer */
export function keep(name, text) {
  try {
    if (text === null) window.localStorage.removeItem(`tocsin.${name}`);
    else window.localStorage.setItem(`tocsin.${name}`, text);
  } catch {
    // A browser that keeps nothing: it holds until the page is left.
  }
}
