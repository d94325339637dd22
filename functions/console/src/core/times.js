/** Times as people read them: local, with the zone within sight; all by the stack's clock. */

import {newStore, useStore} from "./store.js";
import {useMemo} from "./view.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NB = "\u00a0"; // a number and its unit never part

let skew = 0;

/**
 * Learn how far this device's clock is off. The header has whole seconds, so less than two
 * seconds is no difference.
 * @param {string | null} date of an answer
 * @param {number} asked when it was asked for, ms
 */
export function learnTime(date, asked) {
  const said = Date.parse(date || "");
  if (Number.isNaN(said)) return;
  const off = said + SECOND / 2 - (asked + Date.now()) / 2;
  skew = Math.abs(off) < 2 * SECOND ? 0 : off;
}

/** Now by the stack's clock, ms. */
export function timeNow() {
  return Date.now() + skew;
}

/** @type {Map<number, import("./store.js").Store<number>>} */
const tickers = new Map();

/** @param {number} step ms */
function tickerOf(step) {
  let ticker = tickers.get(step);
  if (!ticker) {
    const clock = newStore(timeNow());
    ticker = clock;
    tickers.set(step, clock);
    setInterval(() => document.hidden || clock.set(timeNow()), step);
    document.addEventListener("visibilitychange", () => document.hidden || clock.set(timeNow()));
  }
  return ticker;
}

/**
 * Now, and a new drawing each step; all that use the same step change together.
 * @param {number} [step] ms
 */
export function useNow(step = SECOND) {
  return useStore(useMemo(() => tickerOf(step), [step]));
}

/** How long ago: "9 min". @param {string} iso @param {number} now ms */
export function ago(iso, now) {
  const past = Math.max(0, now - Date.parse(iso));
  return past < MINUTE ? `<${NB}1${NB}min` : span(past);
}

/** A length in its biggest unit, rounded down: "9 min", "2 h", "3 d". @param {number} ms */
export function span(ms) {
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)}${NB}s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}${NB}min`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)}${NB}h`;
  return `${Math.floor(ms / DAY)}${NB}d`;
}

/** What is left: "0:41", "1:02:03". @param {number} ms */
export function countdown(ms) {
  const left = Math.max(0, Math.ceil(ms / SECOND));
  const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** @param {Intl.DateTimeFormatOptions} how @param {number} at */
function written(how, at) {
  const name = JSON.stringify(how);
  let format = formats.get(name);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", how);
    formats.set(name, format);
  }
  return format.format(at);
}

/** @param {number} at */
const dayOf = (at) => written({year: "numeric", month: "2-digit", day: "2-digit"}, at);

/** What is to come is rounded up to the minute, as the API writes it. @param {string} iso @param {number} now ms */
function minuteOf(iso, now) {
  const at = Date.parse(iso);
  return at > now ? Math.ceil(at / MINUTE) * MINUTE : at;
}

/** "08:50"; of another day, and more than twelve hours off, also the day. @param {string} iso @param {number} now ms */
export function clock(iso, now) {
  const at = minuteOf(iso, now);
  const time = written({hour: "2-digit", minute: "2-digit"}, at);
  return dayOf(at) === dayOf(now) || Math.abs(at - now) < DAY / 2 ? time : `${day(at, now)}${NB}${time}`;
}

/** "today 09:00", "Mon 09:00", "21 Feb 09:00". @param {string} iso @param {number} now ms */
export function dayAndTime(iso, now) {
  const at = minuteOf(iso, now);
  const time = written({hour: "2-digit", minute: "2-digit"}, at);
  return `${dayOf(at) === dayOf(now) ? "today" : day(at, now)}${NB}${time}`;
}

/** @param {number} at @param {number} now */
function day(at, now) {
  if (Math.abs(at - now) < 6 * DAY) return written({weekday: "short"}, at);
  const isNear = Math.abs(at - now) < 300 * DAY;
  return written({day: "numeric", month: "short", ...(isNear ? {} : {year: "numeric"})}, at).replaceAll(" ", NB);
}

/** "09:00:05" @param {number} at ms */
export function clockWithSeconds(at) {
  return written({hour: "2-digit", minute: "2-digit", second: "2-digit"}, at);
}

/** In full, with the zone, and in UTC: for whoever points at a time. @param {string} iso */
export function inFull(iso) {
  const at = Date.parse(iso);
  /** @type {Intl.DateTimeFormatOptions} */
  const how = {dateStyle: "full", timeStyle: "long"};
  return `${written(how, at)}; ${written({dateStyle: "medium", timeStyle: "medium", timeZone: "UTC"}, at)} UTC`;
}

/** The zone of all times on the page: "Europe/Paris". */
export function zoneName() {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/** Its name in words: "Central European Standard Time". @param {number} at ms */
export function zoneInWords(at) {
  const parts = new Intl.DateTimeFormat("en-GB", {timeZoneName: "long"}).formatToParts(at);
  return parts.find((part) => part.type === "timeZoneName")?.value || "UTC";
}

/** The next time it is this hour here, as the API takes it. @param {number} hour @param {number} now ms */
export function nextAt(hour, now) {
  const at = new Date(now);
  at.setHours(hour, 0, 0, 0);
  if (at.getTime() <= now) at.setDate(at.getDate() + 1);
  return at.toISOString();
}
