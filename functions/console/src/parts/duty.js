import {api} from "../core/api.js";
import {useLive} from "../core/live.js";
import {useMe} from "../core/me.js";
import {inFull, useNow, zoneName} from "../core/times.js";
import {html, useEffect} from "../core/view.js";
import {when} from "../core/week.js";
import {capital, listed} from "../core/words.js";

const MINUTE = 60_000;

/** @typedef {import("../core/types.js").Duty} Duty */

const asked = {answer: /** @type {Promise<Duty[]> | null} */ (null)};

/** All that ask at the same time share one request. @returns {Promise<Duty[]>} */
function load() {
  asked.answer ||= api
    .get("/on-call")
    .then(({data}) => data.schedules)
    .finally(() => {
      asked.answer = null;
    });
  return asked.answer;
}

/** Who is on call by each schedule; asked again when a shift ends. */
export function useDuty() {
  const live = useLive(load);
  const now = useNow(MINUTE / 6);
  const ends = (live.value || []).map((it) => Date.parse(it.on_call?.until || "")).filter((at) => at <= now);
  const ended = ends.length ? Math.max(...ends) : 0;
  useEffect(() => {
    if (ended) live.refresh().catch(() => undefined);
  }, [ended]);
  return live;
}

/**
 * The schedule that says most to whoever looks: their own, else the first with somebody on call.
 * @param {Duty[]} duties @param {string | null | undefined} user
 */
export function firstDuty(duties, user) {
  const has = (/** @type {Duty} */ it) => it.on_call?.people || [];
  return duties.find((it) => user && has(it).includes(user)) || duties.find((it) => has(it).length) || duties[0];
}

/**
 * "You are on call until Mon 09:00, next bob", in pieces.
 * @param {Duty} duty @param {string | null | undefined} user @param {string} zone @param {number} now
 */
export function dutyInWords({on_call, next}, user, zone, now) {
  const people = on_call?.people || [];
  const called = (/** @type {string[]} */ names) => listed(names.map((it) => (it === user ? "you" : it)));
  const until = on_call?.until || null;
  return {
    who: people.length ? called(people) : "nobody",
    until: until && {at: until, says: when(until, zone, now)},
    next: next?.people.length ? called(next.people) : "",
    isGap: !people.length,
  };
}

/** The header's line. @param {{children?: import("../vendor/preact.js").Children}} props children: what a phone shows behind it */
export function DutyLine({children}) {
  const {value} = useDuty();
  const now = useNow(MINUTE / 6);
  const user = useMe()?.user;
  if (!value) return html`<p class="duty"><span class="then">${children}</span></p>`;
  const duty = firstDuty(value, user);
  if (!duty) {
    return html`<p class="duty"><a href="/console/on-call">Nobody is on call</a>: there is no schedule<span class="then">${children}</span></p>`;
  }
  const {who, until, next, isGap} = dutyInWords(duty, user, zoneName(), now);
  const others = value.length - 1;
  return html`<p class="duty"><a href=${`/console/on-call?schedule=${encodeURIComponent(duty.schedule)}`} title=${duty.schedule}>On call</a>: <b class=${isGap ? "lack" : ""}>${who === "you" ? "You" : isGap ? capital(who) : who}</b>
    ${until && html` until <time datetime=${until.at} title=${inFull(until.at)}>${until.says}</time>`}<span class="then">${next && html`<span class="wide">, </span>next ${next} `}${others > 0 && html`<span class="wide quiet">· ${others} more ${others === 1 ? "schedule" : "schedules"}</span>`}${children}</span></p>`;
}
