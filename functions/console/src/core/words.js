/** Words for what the API says in codes. */

import {clock, countdown} from "./times.js";

const NB = "\u00a0";
const COUNTDOWN_BELOW_MS = 600_000; // above, a time of day says more
const SOON_MS = 60_000;

/** "1 alert", "12 alerts". @param {number} n @param {string} one @param {string} [many] */
export function plural(n, one, many = `${one}s`) {
  return `${number(n)}${NB}${n === 1 ? one : many}`;
}

/** "12,400" @param {number} n */
export function number(n) {
  return n.toLocaleString("en-GB");
}

/** "alice, bob and carol" @param {string[]} names */
export function listed(names) {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

/** "Critical" @param {string} word */
export function capital(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

const METHODS = /** @type {Record<string, string>} */ ({email: "e-mail", sms: "SMS", slack: "Slack"});

/** How a person is reached, in words. @param {string} channel as `email`, `sms+5m` */
export function methodName(channel) {
  const method = channel.split("+")[0];
  return METHODS[method] || method;
}

/** @type {{duties: import("./types.js").Duty[]}} */
const known = {duties: []};

/** Names for schedules, as soon as it is known who is on call. @param {import("./types.js").Duty[]} duties */
export function knowDuties(duties) {
  known.duties = duties;
}

/**
 * A target as `user:alice`, in words: of a schedule whoever is on call then.
 * @param {string} target
 * @param {string | null} [at]
 */
export function targetName(target, at = null) {
  const [kind, name] = [target.slice(0, target.indexOf(":")), target.slice(target.indexOf(":") + 1)];
  if (kind === "channel") return `channel ${name}`;
  if (kind !== "schedule") return name;
  const duty = known.duties.find((it) => it.schedule === name);
  const isOver = at !== null && (duty?.on_call?.until || "~") <= at;
  const people = (isOver ? duty?.next : duty?.on_call)?.people || [];
  return people.length ? listed(people) : `whoever is on call in ${name}`;
}

/** Who did it, as `alice` or `key:ci`. @param {string | null} actor */
export function actorName(actor) {
  if (!actor) return "nobody";
  if (actor === "auto") return "Tocsin";
  const colon = actor.indexOf(":");
  return colon < 0 ? actor : `${actor.slice(0, colon)} ${actor.slice(colon + 1)}`;
}

/** @type {import("./types.js").NextAction} */
const NOTHING = {kind: "none", at: null, why: "", step: null, targets: [], again: false};

/**
 * @typedef {object} Next
 * @property {string} clock countdown or time of day; "" where nothing is timed
 * @property {string} short what happens then, for a row
 * @property {number | null} left ms
 * @property {boolean} isSoon within a minute, and somebody is called
 * @property {boolean} burns it has a fuse
 * @property {boolean} isSpent no step is left
 */

/**
 * What happens next, in parts.
 * @param {import("./types.js").Alert} alert
 * @param {number} now ms
 * @returns {Next}
 */
export function nextOf(alert, now) {
  const {kind, at, why, step, targets} = alert.next_action || NOTHING;
  const left = at ? Date.parse(at) - now : null;
  const isNear = left !== null && left < COUNTDOWN_BELOW_MS;
  const when = at === null ? "" : left !== null && isNear ? (left > 0 ? countdown(left) : "now") : clock(at, now);
  const who = targets.map((target) => targetName(target, at)).join(", ");
  const ofStep = step === null ? "" : `step${NB}${step}`;
  const base = {clock: when, left, isSoon: false, burns: false, isSpent: false};
  switch (kind) {
    case "escalate":
    case "release":
      if (!who && !ofStep && why.includes("pages nobody")) return {...base, clock: "", short: "Pages nobody"};
      return {...base, short: [who || "next", ofStep].filter(Boolean).join(", "), burns: isNear, isSoon: left !== null && left < SOON_MS};
    case "exhaust":
      return {...base, short: "then no step is left", burns: isNear};
    case "wake":
      return {...base, short: `wakes${ofStep && `, ${ofStep}`}`};
    case "resolve":
      return {...base, short: "resolves, if still well"};
    case "lapse":
      return {...base, short: "resolves, if not repeated"};
    case "unacknowledge":
      return {...base, short: "fires again if still open"};
    case "choose_policy":
      return {...base, clock: "", short: "its policy is chosen"};
    default:
      if (alert.status !== "firing") return {...base, short: ""};
      if (/pages nobody|no policy|no escalation policy/.test(why)) return {...base, short: "Pages nobody"};
      if (why.startsWith("it pages only")) return {...base, short: "Pages only who was asked"};
      return {...base, short: why.startsWith("reached nobody") ? "Reached nobody" : "No step is left", isSpent: true};
  }
}

/** Whether it sleeps now. @param {import("./types.js").Alert} alert @param {number} now ms */
export function isAsleep(alert, now) {
  return alert.status !== "resolved" && alert.snoozed_until !== null && Date.parse(alert.snoozed_until) > now;
}

/**
 * Who has it.
 * @param {import("./types.js").Alert} alert
 * @param {number} now ms
 * @returns {{state: "lone" | "held" | "asleep" | "over", name: string, note: string}}
 */
export function whoHas(alert, now) {
  if (alert.status === "resolved") {
    return {state: "over", name: actorName(alert.resolved_by), note: alert.resolved_at ? clock(alert.resolved_at, now) : ""};
  }
  if (isAsleep(alert, now)) {
    return {state: "asleep", name: actorName(alert.snoozed_by), note: alert.snooze_reason || "snoozed it"};
  }
  if (alert.status === "acknowledged") {
    const name = alert.assigned_to || actorName(alert.acknowledged_by);
    return {state: "held", name, note: alert.acknowledged_at ? `since${NB}${clock(alert.acknowledged_at, now)}` : ""};
  }
  const told = alert.notification_count;
  const note = told ? `told ${told === 1 ? "once" : `${told}${NB}times`}` : "";
  return {state: "lone", name: "Nobody", note: alert.assigned_to ? `asked: ${alert.assigned_to}` : note};
}
