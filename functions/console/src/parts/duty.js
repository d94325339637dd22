import {useMe} from "../core/me.js";
import {inFull, useNow} from "../core/times.js";
import {html, useEffect} from "../core/view.js";
import {loadWatch, mainDuty, useWatch} from "../core/watch.js";
import {when} from "../core/week.js";
import {listed, plural} from "../core/words.js";

const NB = "\u00a0";
const STEP_MS = 10_000;

/** @typedef {import("../core/types.js").Duty} Duty */

/** Who is on call by each schedule, as the header has it; asked again when a shift ends. Null until it is known. */
export function useDuties() {
  const {duties} = useWatch();
  const now = useNow(STEP_MS);
  const over = Math.max(0, ...(duties || []).map((it) => Date.parse(it.on_call?.until || "")).filter((at) => at <= now));
  useEffect(() => {
    if (over) loadWatch(true).catch(() => undefined);
  }, [over]);
  return duties;
}

/**
 * The schedule that says most to whoever looks: one by which they are on call, else the main one.
 * @param {Duty[]} duties @param {string | null | undefined} user
 */
export function firstDuty(duties, user) {
  return duties.find((it) => user && it.on_call?.people.includes(user)) || mainDuty(duties);
}

/**
 * "You are on call until Mon 09:00, next bob", in pieces.
 * @param {Duty} duty @param {string | null | undefined} user @param {number} now
 */
export function dutyInWords({on_call, next}, user, now) {
  const people = on_call?.people || [];
  const called = (/** @type {string[]} */ names) => listed(names.map((it) => (it === user ? "you" : it)));
  const until = on_call?.until || null;
  return {
    who: people.length ? called(people) : "nobody",
    until: until && {at: until, says: when(until, now)},
    next: next?.people.length ? called(next.people) : "",
    isGap: !people.length,
  };
}

/** The header's line. @param {{children?: import("../vendor/preact.js").Children}} props children: how fresh it is, for a phone */
export function OnDuty({children}) {
  const duties = useDuties();
  const now = useNow(STEP_MS);
  const user = useMe()?.user;
  if (!duties) return html`<p class="duty">${children}</p>`;
  const duty = firstDuty(duties, user);
  if (!duty) return html`<p class="duty"><a class="plain" href="/console/on-call"><b class="none">No schedule yet</b></a><span class="then">${children}</span></p>`;
  const {who, until, next, isGap} = dutyInWords(duty, user, now);
  const others = duties.length - 1;
  return html`<p class="duty"><a class="plain" href=${`/console/on-call?schedule=${encodeURIComponent(duty.schedule)}`} title=${duty.schedule}>On call: <b class=${isGap ? "none" : null}>${who === "you" ? "You" : who}</b></a>${until && html` until <time datetime=${until.at} title=${inFull(until.at)}>${until.says}</time>`}
    <span class="then">${next && html`<span class="wide">,${NB}</span>next ${next} <span class="narrow">· </span>`}${others > 0 && html`<span class="wide quiet">(${duty.schedule}, and ${plural(others, "more schedule")}) </span>`}${children}</span></p>`;
}
