/** What can be set up, as `data/set-up.json` describes it, and how the facts of an object are said. */

import {newStore, useStore} from "../core/store.js";
import {html, useEffect} from "../core/view.js";
import {actorName, capital, listed, methodName, plural} from "../core/words.js";
import {Time} from "../parts/time.js";

const RETRY_MS = 5_000;

/**
 * @typedef {object} Noun
 * @property {string} one
 * @property {string} many
 * @property {string} icon
 * @property {string} about
 * @property {string} [scope] to change it; by default config:write
 * @property {string[]} [shown] members of an answer that no body takes
 * @property {import("../parts/form.js").FieldOf[]} [fields] of its form; without them it is changed as JSON
 * @property {any} [blank] a new one, as JSON
 * @property {any} [begin] what the fields of a new one hold; `$zone` is the zone of this device
 * @property {[head: string, path: string, how?: string, otherwise?: string][]} cells facts in lists and on its page
 * @property {[path: string, value: unknown, one: string, many: string]} [note] what of a list matters first
 * @property {boolean} [isPosted] its name is made by the stack
 * @property {string} [ends] the verb, where it is not Delete
 * @property {string} [after] what follows when it is gone
 */

const nouns = newStore(/** @type {Record<string, Noun> | null} */ (null));

async function load() {
  try {
    const text = await (await fetch("/assets/data/set-up.json")).text();
    nouns.set(JSON.parse(text.replace("$zone", new Intl.DateTimeFormat().resolvedOptions().timeZone)));
  } catch {
    setTimeout(load, RETRY_MS);
  }
}

/** All nouns by their path; null until they are here. */
export function useNouns() {
  useEffect(() => {
    if (!nouns.get()) load();
  }, []);
  return useStore(nouns);
}

/** @param {any} it */
export const targetWords = ({user, channel, schedule, position}) =>
  user || channel || `who is ${position === "next" ? "next" : "on call"} by ${schedule}`;

/** The addresses of a person, and whether they are verified. @param {any} user @returns {[string, string, boolean][]} */
export const waysOf = (user) =>
  Object.entries(user.verified || {}).map(([by, is]) => [by, {email: user.email, sms: user.phone, slack: user.slack_id}[by] || "", Boolean(is)]);

/** Facts that are more than a member of the answer. @type {Record<string, (it: any, lastAlerts: Record<string, string>) => any>} */
const SAID = {
  ways: (it) => capital(waysOf(it).map(([by, , is]) => `${methodName(by)}${is ? "" : " (not verified)"}`).join(", ")) || "nothing",
  to: (it) => it.url || it.channel || (it.to || []).join(", ") || "–",
  takes: (it) => (it.paused ? "paused" : it.token_prefix ? "takes alerts" : "no URL works"),
  lastAlert: (it, lastAlerts) => (lastAlerts[it.name] ? time(lastAlerts[it.name]) : "none lately"),
  often: (it) => (it.period ? `every ${it.period}` : `${it.cron}, ${it.time_zone}`),
  steps: (it) => it.steps.map((/** @type {any} */ step) => listed(step.targets.map(targetWords))).join(" → "),
  runs: (it) => plural(it.repeat + 1, "time"),
  by: (it) => actorName(it.created_by),
  holds: (it) => (it.matches_nothing ? "matches no open alert" : plural(it.holding, "alert")),
};

/** @param {any} at */
const time = (at) => html`<${Time} at=${at} as="day" />`;

/** @param {any} it @param {string} path */
const member = (it, path) => path.split(".").reduce((inner, part) => inner?.[part], it);

/** Heads and facts of an object. @param {Noun} noun @param {any} it @param {Record<string, string>} [lastAlerts] @returns {[string, any][]} */
export const cellsOf = (noun, it, lastAlerts = {}) =>
  noun.cells.map(([head, path, how = "", otherwise = "–"]) => {
    const value = member(it, path);
    const said = SAID[how]?.(it, lastAlerts) ?? (how && value ? time(value) : Array.isArray(value) ? value.join(", ") : value);
    return [head, said === 0 ? "0" : said || otherwise];
  });

/** What of a list matters first: "2 are overdue". @param {Noun} noun @param {any[]} list */
export function noteOf({note}, list) {
  if (!note) return "";
  const [path, value, one, many] = note;
  const count = list.filter((it) => (path === "verified" ? Object.values(it.verified).includes(false) : it[path] === value)).length;
  return count && `${count} ${count === 1 ? one : many}`;
}

/** Which of an answer's members a body takes. @param {Noun} noun @param {any} it */
export const settingsOf = (noun, it) => {
  const left = new Set([...(noun.shown || []), "name", "managed_by", "created_at"]);
  return Object.fromEntries(Object.entries(it).filter(([name]) => !left.has(name)));
};
