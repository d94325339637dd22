/** A week of a schedule, from what the API says to what is drawn. Pure, but for the time zone of the device. */

import {listed} from "./words.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NB = "\u00a0";

/**
 * @typedef {{from: string, to: string, people: string[], layer?: string | null, overrides?: string[]}} Turn
 * @typedef {{schedule: string, layer: string, shifts: Turn[]}} LayerRow
 * @typedef {{id: string, kind: "replace" | "add" | "remove", user: string, for: string | null,
 *   from: string, to: string, reason: string | null, made_at: string | null, made_by: string | null}} Override
 * @typedef {{from: string, to: string}} Span
 * @typedef {{id: string, schedule: string, user: string, with: string, gives: Span, takes: Span,
 *   reason: string | null, state: string, created_at: string, expires_at: string}} Swap
 * @typedef {{begins: number, ends: number, days: {at: number, ends: number}[]}} Week in ms
 * @typedef {{from: number, to: number, kind: "people" | "override" | "gap" | "nobody" | "asked",
 *   people: string[], says: string}} Cell `from` and `to` are shares of the week, 0 to 1
 * @typedef {{name: string, kind: "final" | "overrides" | "layer", cells: Cell[]}} Row
 */

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** @param {Intl.DateTimeFormatOptions} how @param {string} [zone] without it, the one here */
function formatOf(how, zone) {
  const name = zone + JSON.stringify(how);
  const format = formats.get(name) || new Intl.DateTimeFormat("en-GB", {...how, timeZone: zone});
  formats.set(name, format);
  return format;
}

/** What a clock here shows, as a field takes it: "2026-03-01T09:00". @param {number} at */
export function wallAt(at) {
  return new Date(at - new Date(at).getTimezoneOffset() * MINUTE).toISOString().slice(0, 16);
}

/** The date some days later. @param {string} date "2026-03-01" @param {number} days */
export function dateAfter(date, days) {
  return new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10);
}

/**
 * Seven days from a date on, each as long as the clock here makes it: 23, 24 or 25 hours.
 * @param {string} date
 * @returns {Week}
 */
export function weekFrom(date) {
  const edges = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => new Date(`${dateAfter(date, n)}T00:00`).getTime());
  const days = edges.slice(0, 7).map((at, n) => ({at, ends: edges[n + 1]}));
  return {begins: edges[0], ends: edges[7], days};
}

/**
 * The date on which the shown week begins: as the address says, else today.
 * @param {string | null | undefined} said @param {number} now
 */
export function weekStart(said, now) {
  const today = wallAt(now).slice(0, 10);
  // The API answers for 400 days from now.
  const isGood = /^\d{4}-\d\d-\d\d$/.test(said || "") && Math.abs(Date.parse(String(said)) - now) < 390 * DAY;
  return isGood ? String(said) : today;
}

/** Where a time lies in the week; null: outside. @param {Span} span @param {Week} week */
export function placeOf(span, week) {
  const length = week.ends - week.begins;
  const from = Math.max(0, (Date.parse(span.from) - week.begins) / length);
  const to = Math.min(1, (Date.parse(span.to) - week.begins) / length);
  return from < to ? {from, to} : null;
}

/** Nobody is on call, and no rotation has nobody on purpose. @param {Turn} shift */
export function isGap(shift) {
  return !shift.people.length && (!shift.layer || (shift.overrides || []).length > 0);
}

/** @param {Override} it @param {(name: string) => string} called */
export function overrideInWords(it, called) {
  if (it.kind === "add") return `${called(it.user)} too`;
  if (it.kind === "remove") return `without ${called(it.user)}`;
  return it.for ? `${called(it.user)} for ${called(it.for)}` : `${called(it.user)} instead of all`;
}

/**
 * The rows of the strip: who is paged, what overrides and requests say, then the layers as they win.
 * @param {{shifts: Turn[], layers: LayerRow[], overrides: Override[], swaps: Swap[]}} known
 * @param {Week} week @param {(name: string) => string} called
 * @returns {Row[]}
 */
export function stripRows({shifts, layers, overrides, swaps}, week, called) {
  /** @type {(span: Span, kind: Cell["kind"], people: string[], says: string) => Cell[]} */
  const cell = (span, kind, people, says) => {
    const place = placeOf(span, week);
    return place ? [{...place, kind, people, says}] : [];
  };
  /** @type {(shift: Turn) => Cell[]} */
  const ofShift = (shift) => {
    if (isGap(shift)) return cell(shift, "gap", [], "Nobody");
    if (!shift.people.length) return cell(shift, "nobody", [], "nobody, on purpose");
    const kind = (shift.overrides || []).length ? "override" : "people";
    return cell(shift, kind, shift.people, listed(shift.people.map(called)));
  };
  const made = overrides.flatMap((it) =>
    cell(it, "override", it.kind === "remove" ? [] : [it.user], overrideInWords(it, called)),
  );
  const asked = swaps
    .filter((it) => it.state === "asked")
    .flatMap((it) => [
      ...cell(it.gives, "asked", [it.with], `${called(it.with)}?`),
      ...cell(it.takes, "asked", [it.user], `${called(it.user)}?`),
    ]);
  /** @type {Row[]} */
  const rows = [{name: "Who is paged", kind: "final", cells: shifts.flatMap(ofShift)}];
  // Overrides that lie over each other get a line each, so that none hides another.
  for (const cells of lanes([...made, ...asked])) {
    rows.push({name: rows.length === 1 ? "Overrides" : "", kind: "overrides", cells});
  }
  for (const {layer, shifts: turns} of layers) {
    const cells = turns.flatMap((it) => ofShift({...it, layer}));
    rows.push({name: layer, kind: "layer", cells});
  }
  return rows;
}

/** @param {Cell[]} cells @returns {Cell[][]} */
function lanes(cells) {
  /** @type {Cell[][]} */
  const found = [];
  for (const cell of [...cells].sort((one, other) => one.from - other.from)) {
    const free = found.find((lane) => lane[lane.length - 1].to <= cell.from);
    if (free) free.push(cell);
    else found.push([cell]);
  }
  return found;
}

/**
 * When each person is on call, one after the other; what goes on without a break is one.
 * @param {Turn[]} shifts
 * @returns {{user: string, from: string, to: string}[]} by their beginnings
 */
export function byPerson(shifts) {
  /** @type {{user: string, from: string, to: string}[]} */
  const found = [];
  for (const shift of shifts) {
    for (const user of shift.people) {
      const last = found.filter((it) => it.user === user).at(-1);
      if (last && last.to === shift.from) last.to = shift.to;
      else found.push({user, from: shift.from, to: shift.to});
    }
  }
  return found;
}

/** The shift of an instant. @template {Span} T @param {T[]} shifts @param {number} at */
export function shiftAt(shifts, at) {
  return shifts.find((it) => Date.parse(it.from) <= at && at < Date.parse(it.to));
}

/** "45 min", "9 h", "6 d 23 h". @param {Span} span */
export function lengthOf(span) {
  const minutes = Math.round((Date.parse(span.to) - Date.parse(span.from)) / MINUTE);
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60), minutes % 60];
  if (days) {
    const over = hours - days * 24;
    return `${days}${NB}d${over ? `${NB}${over}${NB}h` : ""}`;
  }
  if (!hours) return `${rest}${NB}min`;
  return `${hours}${NB}h${rest ? `${NB}${rest}${NB}min` : ""}`;
}

const TIME = /** @type {const} */ ({hour: "2-digit", minute: "2-digit"});
const DATE = /** @type {const} */ ({weekday: "short", day: "numeric", month: "short"});

/** A day and its time never part. @param {string} text */
const tidy = (text) => text.replaceAll(",", "").replace(/\s*\u2013\s*/, "\n").replaceAll(" ", NB).replace("\n", " to ");

/** "Mon 09:00"; of another week "Mon 9 Mar 09:00". @param {string} iso @param {number} now @param {string} [zone] */
export function when(iso, now, zone) {
  const at = Date.parse(iso);
  const how = Math.abs(at - now) < 6 * DAY ? {weekday: DATE.weekday} : DATE;
  return tidy(formatOf({...how, ...TIME}, zone).format(at));
}

/** "Mon 2 Mar 09:00 to Tue 3 Mar 09:00"; of one day "Fri 6 Mar 09:00 to 12:00". @param {Span} span @param {string} [zone] */
export function fromTo({from, to}, zone) {
  return tidy(formatOf({...DATE, ...TIME}, zone).formatRange(Date.parse(from), Date.parse(to)));
}

/** "1 to 7 March", "27 February to 5 March". @param {Week} week */
export function weekInWords({begins, ends}) {
  return tidy(formatOf({day: "numeric", month: "long"}).formatRange(begins, ends - 1));
}

/** How far the clock here is ahead: "UTC+1". @param {number} at */
export function offsetInWords(at) {
  const part = formatOf({timeZoneName: "shortOffset"}).formatToParts(at).find(({type}) => type === "timeZoneName");
  return (part?.value || "").replace("GMT", "UTC").replace(/\+0$/, "");
}

/** What the clock here does in a week: "UTC+1; from Sun 29 Mar on UTC+2: 167 h". @param {Week} week */
export function offsetsInWeek({begins, ends, days}) {
  const before = offsetInWords(begins);
  const changed = days.find((day) => offsetInWords(day.ends) !== before);
  return changed ? `${before}; from ${tidy(formatOf(DATE).format(changed.at))} on ${offsetInWords(changed.ends)}: ${(ends - begins) / HOUR}${NB}h` : before;
}

/**
 * The policy that pages a schedule first, and how long after an alert.
 * @param {{name: string, steps: {delay: string, targets: Record<string, string>[]}[]}[]} policies
 * @param {string} schedule
 * @returns {{policy: string, after: number} | undefined} ms
 */
export function pagedBy(policies, schedule) {
  const found = policies.flatMap(({name, steps}) => {
    const step = steps.findIndex((it) => it.targets.some((target) => target.schedule === schedule));
    const after = steps.slice(0, step).reduce((sum, it) => sum + durationOf(it.delay), 0);
    return step < 0 ? [] : [{policy: name, after}];
  });
  return found.sort((one, other) => one.after - other.after)[0];
}

/** "5m", "1h30m", "90s" in ms. @param {string} text */
export function durationOf(text) {
  const units = /** @type {Record<string, number>} */ ({s: 1000, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY});
  const parts = [...text.matchAll(/(\d+)([smhdw])/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit], 0);
}
