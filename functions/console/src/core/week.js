/** A week of a schedule, from what the API says to what is drawn. Pure: the zone and now are given. */

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

/** @param {string} zone @param {Intl.DateTimeFormatOptions} how */
function formatOf(zone, how) {
  const name = zone + JSON.stringify(how);
  const format = formats.get(name) || new Intl.DateTimeFormat("en-GB", {timeZone: zone, hourCycle: "h23", ...how});
  formats.set(name, format);
  return format;
}

/** @param {number} at @param {string} zone @param {Intl.DateTimeFormatOptions} how */
function partsOf(at, zone, how) {
  return Object.fromEntries(formatOf(zone, how).formatToParts(at).map((part) => [part.type, part.value]));
}

/**
 * How far the zone's clock is ahead of UTC, ms.
 * @param {number} at @param {string} zone
 */
export function offsetAt(at, zone) {
  const whole = Math.floor(at / 1000) * 1000;
  const {year, month, day, hour, minute, second} = partsOf(whole, zone, {dateStyle: "short", timeStyle: "medium"});
  return Date.UTC(+year, +month - 1, +day, +hour, +minute, +second) - whole;
}

/**
 * The first instant at which the zone's clock shows this time, or one after it where it skips it:
 * as the API reads such a time.
 * @param {string} wall "2026-03-01T09:00" @param {string} zone
 */
export function instantOf(wall, zone) {
  const shown = Date.parse(`${wall}Z`);
  const [before, after] = [offsetAt(shown - DAY, zone), offsetAt(shown + DAY, zone)];
  const found = [shown - before, shown - after].filter((at) => at + offsetAt(at, zone) === shown);
  if (found.length) return Math.min(...found);
  let [low, high] = [shown - after, shown - before];
  while (high - low > 1000) {
    const middle = (low + high) / 2;
    if (middle + offsetAt(middle, zone) < shown) low = middle;
    else high = middle;
  }
  return Math.round(high / MINUTE) * MINUTE;
}

/** What the zone's clock shows: "2026-03-01T09:00". @param {number} at @param {string} zone */
export function wallAt(at, zone) {
  return new Date(at + offsetAt(at, zone)).toISOString().slice(0, 16);
}

/** The date some days later. @param {string} date "2026-03-01" @param {number} days */
export function dateAfter(date, days) {
  return new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10);
}

/**
 * Seven days from a date on, each as long as the zone's clock makes it: 23, 24 or 25 hours.
 * @param {string} date @param {string} zone
 * @returns {Week}
 */
export function weekFrom(date, zone) {
  const edges = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => instantOf(`${dateAfter(date, n)}T00:00`, zone));
  const days = edges.slice(0, 7).map((at, n) => ({at, ends: edges[n + 1]}));
  return {begins: edges[0], ends: edges[7], days};
}

/**
 * The date on which the shown week begins: as the address says, else today.
 * @param {string | null | undefined} said @param {number} now @param {string} zone
 */
export function weekStart(said, now, zone) {
  const today = wallAt(now, zone).slice(0, 10);
  const isDate = /^\d{4}-\d\d-\d\d$/.test(said || "") && !Number.isNaN(Date.parse(String(said)));
  if (!isDate) return today;
  // The API answers for 400 days from now.
  const far = Math.abs(Date.parse(String(said)) - Date.parse(today)) / DAY;
  return far > 390 ? today : String(said);
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

/** "Mon 09:00"; of another week "Mon 9 Mar 09:00". @param {string} iso @param {string} zone @param {number} now */
export function when(iso, zone, now) {
  const at = Date.parse(iso);
  const how = Math.abs(at - now) < 6 * DAY ? {weekday: DATE.weekday} : DATE;
  return tidy(formatOf(zone, {...how, ...TIME}).format(at));
}

/** "Mon 2 Mar 09:00 to Tue 3 Mar 09:00"; of one day "Fri 6 Mar 09:00 to 12:00". @param {Span} span @param {string} zone */
export function fromTo(span, zone) {
  const [from, to] = [Date.parse(span.from), Date.parse(span.to)];
  return tidy(formatOf(zone, {...DATE, ...TIME}).formatRange(from, to)).replace(/\s*\u2013\s*/, " to ");
}

/** A day and its time never part. @param {string} text */
const tidy = (text) => text.replaceAll(",", "").replace(/ (?=\S)/g, NB);

/** "1 to 7 March", "27 February to 5 March". @param {Week} week @param {string} zone */
export function weekInWords(week, zone) {
  const format = formatOf(zone, {day: "numeric", month: "long"});
  return tidy(format.formatRange(week.begins, week.ends - 1)).replace(/\s*\u2013\s*/, " to ");
}

/** "UTC+1" @param {number} at @param {string} zone */
export function offsetInWords(at, zone) {
  return partsOf(at, zone, {timeZoneName: "shortOffset"}).timeZoneName.replace("GMT", "UTC").replace(/\+0$/, "");
}

/**
 * The zone of a week, and what its clocks do in it: "Europe/Paris, UTC+1; from Sun 29 Mar on UTC+2: 167 h".
 * @param {Week} week @param {string} zone
 */
export function zoneInWeek(week, zone) {
  const before = offsetInWords(week.begins, zone);
  const changed = week.days.find((day) => offsetInWords(day.ends, zone) !== before);
  if (!changed) return zone === before ? zone : `${zone}, ${before}`;
  const day = tidy(formatOf(zone, DATE).format(changed.at));
  return `${zone}, ${before}; from ${day} on ${offsetInWords(changed.ends, zone)}: ${(week.ends - week.begins) / HOUR}${NB}h`;
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
