/** What can be called by its name: the palette of Ctrl-K. */

import {newStore, useStore} from "./store.js";
import {useEffect, useRef} from "./view.js";

/** @typedef {{name: string, run: () => unknown, keys?: string}} Command */

/** @type {Set<{current: Command[]}>} */
const sources = new Set();
const opened = newStore(false);

/** Commands while this is shown. @param {Command[]} commands */
export function useCommands(commands) {
  const source = useRef(commands);
  source.current = commands;
  useEffect(() => {
    sources.add(source);
    return () => {
      sources.delete(source);
    };
  }, []);
}

/** All commands now, those of the page first. */
export function allCommands() {
  return [...sources].reverse().flatMap((source) => source.current);
}

/**
 * Those that have all the words, in any order; those that begin with the text first.
 * @param {Command[]} commands
 * @param {string} text
 */
export function matching(commands, text) {
  const wanted = text.trim().toLowerCase();
  const words = wanted.split(/\s+/);
  const found = commands.filter(({name}) => words.every((word) => name.toLowerCase().includes(word)));
  return [
    ...found.filter(({name}) => name.toLowerCase().startsWith(wanted)),
    ...found.filter(({name}) => !name.toLowerCase().startsWith(wanted)),
  ];
}

/** @param {boolean} isOpen */
export function openPalette(isOpen = true) {
  opened.set(isOpen);
}

export function usePaletteOpen() {
  return useStore(opened);
}
