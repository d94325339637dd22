/** Order, groups and ranges of a list of alerts: decided here, drawn elsewhere. */

import {isAsleep} from "./words.js";

/** @typedef {import("./types.js").Alert} Alert */
/** @typedef {{name: string, alerts: Alert[], shared: [string, string][]}} Group */

const RANK = {critical: 0, warning: 1, info: 2};
const PREFERRED = ["service", "cluster", "team"];
const SELECTABLE_SHARE = 0.5;

/** @param {Alert} a @param {Alert} b */
const older = (a, b) => (a.fired_at < b.fired_at ? -1 : a.fired_at > b.fired_at ? 1 : 0);

/** What nobody has stands before what somebody has. @param {Alert} alert */
const rank = ({severity, status, snoozed_until}) => 2 * RANK[severity] + (status === "firing" && !snoozed_until ? 0 : 1);

/** @type {Record<string, {says: string, order: (a: Alert, b: Alert) => number}>} */
export const SORTS = {
  worst: {says: "Worst first", order: (a, b) => rank(a) - rank(b) || older(a, b)},
  newest: {says: "Newest first", order: (a, b) => older(b, a)},
  oldest: {says: "Oldest first", order: older},
};

/** Names of labels that put alerts together, the usual ones first. @param {Alert[]} alerts */
export function groupings(alerts) {
  /** @type {Map<string, {count: number, values: Set<string>}>} */
  const seen = new Map();
  for (const {labels} of alerts) {
    for (const [name, value] of Object.entries(labels)) {
      const one = seen.get(name) || {count: 0, values: new Set()};
      one.count += 1;
      one.values.add(value);
      seen.set(name, one);
    }
  }
  const place = (/** @type {string} */ name) => (PREFERRED.indexOf(name) + 1 || 99);
  return [...seen].filter(([, {count, values}]) => count > 1 && values.size < alerts.length)
    .map(([name, {count}]) => ({name, count}))
    .sort((a, b) => place(a.name) - place(b.name) || b.count - a.count || (a.name < b.name ? -1 : 1));
}

/** The label to group by where nobody has said: a usual one that half of the alerts have. @param {Alert[]} alerts */
export function usualGrouping(alerts) {
  const found = groupings(alerts).find(({name, count}) => PREFERRED.includes(name) && count >= alerts.length * SELECTABLE_SHARE);
  return found ? found.name : "none";
}

/** What of an alert a group is made of. @param {Alert} alert @param {string} by */
function groupOf(alert, by) {
  if (by === "integration") return alert.integration || "";
  if (by === "severity") return alert.severity;
  return alert.labels[by] || "";
}

/** Labels that all of these have alike, but for `by`. @param {Alert[]} alerts @param {string} by @returns {[string, string][]} */
export function sharedLabels(alerts, by) {
  if (alerts.length < 2) return [];
  return Object.entries(alerts[0].labels).filter(([name, value]) => name !== by && alerts.every(({labels}) => labels[name] === value));
}

/**
 * Alerts in groups, in the order in which the first of each stands.
 * @param {Alert[]} alerts in order
 * @param {string} by a label, `integration`, `severity` or `none`
 * @returns {Group[]}
 */
export function grouped(alerts, by) {
  if (by === "none") return alerts.length ? [{name: "", alerts, shared: []}] : [];
  /** @type {Map<string, Alert[]>} */
  const groups = new Map();
  for (const alert of alerts) {
    const name = groupOf(alert, by);
    const members = groups.get(name);
    if (members) members.push(alert);
    else groups.set(name, [alert]);
  }
  return [...groups].map(([name, members]) => ({name: name || `No ${by}`, alerts: members, shared: sharedLabels(members, by)}));
}

/**
 * What is shown after a refresh: whatever stood there stays where it was, what is gone from the
 * list too, and what is new waits until it is asked for.
 * @param {string[]} order ids as they stand
 * @param {Map<string, Alert>} before
 * @param {Alert[]} loaded in order
 * @returns {{shown: Alert[], gone: Set<string>, fresh: Alert[]}}
 */
export function keptInPlace(order, before, loaded) {
  const now = new Map(loaded.map((alert) => [alert.id, alert]));
  const stood = new Set(order);
  const gone = new Set(order.filter((id) => !now.has(id)));
  const shown = order.map((id) => now.get(id) || before.get(id)).filter((alert) => alert !== undefined);
  return {shown, gone, fresh: loaded.filter(({id}) => !stood.has(id))};
}

/** Ids from one to the other, both included, in either direction. @param {string[]} ids @param {string} from @param {string} to */
export function range(ids, from, to) {
  const [a, b] = [ids.indexOf(from), ids.indexOf(to)];
  return a < 0 || b < 0 ? [to] : ids.slice(Math.min(a, b), Math.max(a, b) + 1);
}

/** Fires, and nobody has it. @param {Alert} alert @param {number} now ms */
export function isLone(alert, now) {
  return alert.status === "firing" && !isAsleep(alert, now);
}

/** How many of each severity. @param {Alert[]} alerts */
export function tally(alerts) {
  const counts = {critical: 0, warning: 0, info: 0};
  for (const {severity} of alerts) counts[severity] += 1;
  return counts;
}
