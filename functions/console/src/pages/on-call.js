/** On call: who is, until when and who is next; the week; what people ask of each other. */

import {ApiError, api} from "../core/api.js";
import {useKeys} from "../core/keys.js";
import {useLive} from "../core/live.js";
import {can, useMe} from "../core/me.js";
import {addressWith, setQuery, useRoute} from "../core/routes.js";
import {inFull, span, timeNow, useNow, zoneName} from "../core/times.js";
import {say} from "../core/toasts.js";
import {html, useEffect, useRef, useState} from "../core/view.js";
import {dateAfter, fromTo, isGap, lengthOf, offsetsInWeek, overrideInWords, pagedBy, placeOf, shiftAt, stripRows, weekFrom, weekInWords, weekStart, when} from "../core/week.js";
import {actorName, capital, listed, plural} from "../core/words.js";
import {Act} from "../parts/act.js";
import {Banner} from "../parts/banner.js";
import {Button} from "../parts/button.js";
import {Confirm} from "../parts/confirm.js";
import {dutyInWords, firstDuty, useDuties} from "../parts/duty.js";
import {Empty} from "../parts/empty.js";
import {Icon} from "../parts/icon.js";
import {Skeleton} from "../parts/skeleton.js";
import {Tag} from "../parts/tag.js";
import {WeekStrip} from "../parts/week-strip.js";
import {Calendars} from "./on-call-calendars.js";
import {OverrideForm, SwapForm} from "./on-call-forms.js";

const HOUR = 3_600_000;
const WEEK = 168 * HOUR;
const COLOURS = 6;
const OWN_SHOWN = 6;

/**
 * @typedef {import("../core/week.js").Turn} Turn
 * @typedef {import("../core/week.js").Override} Override
 * @typedef {import("../core/week.js").Swap} Swap
 * @typedef {import("../core/week.js").Span} Span
 * @typedef {import("./on-call-forms.js").Draft} Draft
 */

/**
 * @typedef {object} People whom the page speaks of, and to whom
 * @property {string | null} me
 * @property {boolean} mayAct
 * @property {string[]} users
 * @property {(name: string) => string} called "Alice Archer", or the user's name
 * @property {(name: string) => string} named the same, or "you"
 * @property {(name: string) => number} colour 1 to 6
 */

/** @param {{name: string, full_name: string | null}[]} users @param {string | null} user @returns {People} */
function peopleOf(users, user) {
  const names = users.map((it) => it.name);
  const me = names.find((it) => it.toLowerCase() === user?.toLowerCase()) || null;
  const called = (/** @type {string} */ name) => users.find((it) => it.name === name)?.full_name || name;
  return {
    me,
    mayAct: can("config:write") || Boolean(me && can("alerts:write")),
    users: names,
    called,
    named: (name) => (name === me ? "you" : called(name)),
    colour: (name) => (Math.max(0, names.indexOf(name)) % COLOURS) + 1,
  };
}

/** @param {number} at */
const iso = (at) => new Date(at).toISOString();

/** @param {string} schedule */
const pathOf = (schedule) => `/schedules/${encodeURIComponent(schedule)}`;

/** What lies around a week is asked for too, so that shifts at its edges are not cut. @param {string} schedule @param {import("../core/week.js").Week} week */
async function loadWeek(schedule, {begins, ends}) {
  const [path, now] = [pathOf(schedule), timeNow()];
  const around = {from: iso(begins - WEEK), to: iso(ends + 2 * WEEK)};
  const first = Math.min(begins, now);
  const [shifts, layers, overrides] = await Promise.all([
    api.get(`${path}/shifts`, around),
    api.get(`${path}/layers`, {from: iso(begins), to: iso(ends)}),
    api.get(`${path}/overrides`, {from: iso(first), to: iso(Math.min(Math.max(ends, now + 12 * WEEK), first + 57 * WEEK))}),
  ]);
  return {
    of: `${schedule} ${begins}`,
    around,
    shifts: /** @type {Turn[]} */ (shifts.data),
    layers: /** @type {import("../core/week.js").LayerRow[]} */ (layers.data),
    overrides: /** @type {Override[]} */ (overrides.data),
  };
}

/** @param {string | null | undefined} user */
async function loadTeam(user) {
  const own = async () => {
    try {
      return user ? (await api.get(`/users/${encodeURIComponent(user)}/shifts`)).data : [];
    } catch (error) {
      // A key may outlive its user.
      if (error instanceof ApiError && error.status === 404) return [];
      throw error;
    }
  };
  const paths = ["/schedules", "/users", "/escalation-policies", "/swaps"];
  const [shifts, ...rest] = await Promise.all([own(), ...paths.map((path) => api.get(path))]);
  const [schedules, users, policies, swaps] = rest.map((it) => it.data);
  return {
    schedules: /** @type {{name: string, time_zone: string}[]} */ (schedules),
    users: /** @type {{name: string, full_name: string | null}[]} */ (users),
    policies,
    swaps: /** @type {Swap[]} */ (swaps),
    own: /** @type {(Span & {schedule: string})[]} */ (shifts),
  };
}

/** A time here; by the schedule's clock too for whoever points at it. @param {{at: string, zone: string}} props */
function When({at, zone}) {
  const now = timeNow();
  return html`<time datetime=${at} title=${`${inFull(at)}; ${when(at, now, zone)} in ${zone}`}>${when(at, now)}</time>`;
}

/** A span here; and by the schedule's clock where that is another one. @param {{span: Span, zone: string, cut?: string}} props cut: "until" or "from", of one whose other end is not known */
function SpanOf({span: it, zone, cut}) {
  const text = (/** @type {string | undefined} */ in_) => (cut ? `${cut} ${when(cut === "from" ? it.from : it.to, timeNow(), in_)}` : fromTo(it, in_));
  return html`<span class="num">${text(undefined)}${!cut && `, ${lengthOf(it)}`}</span>${zone !== zoneName() && html`<span class="there num">${text(zone)} in ${zone}</span>`}`;
}

/** @param {{name: string, people: People}} props */
function Face({name, people}) {
  return html`<span class=${`face p${people.colour(name)}`} aria-hidden="true">${capital(people.called(name)).charAt(0)}</span>`;
}

/** @param {{who: string[], says?: string, small?: boolean, people: People, onPress: (isMine: boolean) => void}} props who: those on call then */
function Change({who, says, small, people, onPress}) {
  const isMine = who.includes(people.me || "");
  const verb = isMine ? "Hand over" : small ? "Take" : "Take over";
  return people.mayAct && html`<${Button} small=${small} solid=${!who.length} onClick=${() => onPress(isMine)} says=${says && `${verb}, ${says}`}>${verb}<//>`;
}

/** @param {{duty: import("../core/types.js").Duty, policies: any[], zone: string, people: People, isHere: boolean, hasMany: boolean, onPress: (isMine: boolean) => void}} props */
function DutyCard({duty, policies, zone, people, isHere, hasMany, onPress}) {
  const now = useNow(10_000);
  const {schedule, on_call: is, next} = duty;
  const who = is?.people || [];
  const paged = pagedBy(policies, schedule);
  const rank = paged ? `paged ${paged.after ? `after ${span(paged.after)}` : "first"} by policy ${paged.policy}` : "no policy pages it";
  const name = hasMany ? html`<a href=${addressWith({schedule})} aria-current=${isHere ? "true" : null}>${schedule}</a>` : schedule;
  return html`<section class=${`panel duty-card ${isHere && hasMany ? "here" : ""} ${who.length ? "" : "is-gap"}`} aria-label=${schedule}><h2>${name}<span>, ${rank}</span></h2>
    <strong>${who.map((it) => html`<span key=${it} class="who"><${Face} name=${it} people=${people} />${capital(people.called(it))}${it === people.me && ", you"}</span>`)}${!who.length && html`<span class="who"><${Icon} name="close" />Nobody</span>`}</strong>
    <p>${is?.until ? html`until <b><${When} at=${is.until} zone=${zone} /></b>, ${lengthOf({from: iso(now), to: is.until})}.` : "until further notice."}
      ${next && html` Next <b>${listed(next.people.map(people.named))}</b>${next.from && next.from !== is?.until ? html`, from <${When} at=${next.from} zone=${zone} />` : next.until && html`, until <${When} at=${next.until} zone=${zone} />`}.`}
      ${is?.until && zone !== zoneName() && html`<span class="there">${when(is.until, now, zone)} in ${zone}</span>`}</p>
    <${Change} who=${who} people=${people} onPress=${onPress} /></section>`;
}

/** @param {{shift: Turn, zone: string, cut?: string, why: string, people: People, onPress: (isMine: boolean) => void}} props */
function ShiftRow({shift, zone, cut, why, people, onPress}) {
  const now = useNow(10_000);
  const isOver = Date.parse(shift.to) <= now;
  const isNow = !isOver && Date.parse(shift.from) <= now;
  const [first] = shift.people;
  const names = first ? listed(shift.people.map(people.named)) : isGap(shift) ? "nobody" : "nobody, on purpose";
  return html`<li data-from=${shift.from} data-to=${shift.to} class=${isNow ? "cur" : isOver ? "past" : isGap(shift) ? "is-gap" : ""}>${first ? html`<${Face} name=${first} people=${people} />` : html`<${Icon} name="close" />`}
    <div><b>${capital(names)}${isNow && ", now"}${why && html`<span class="why">, ${why}</span>`}</b><p><${SpanOf} span=${shift} zone=${zone} cut=${cut} /></p></div>
    ${!isOver && html`<${Change} small who=${shift.people} says=${fromTo(shift)} people=${people} onPress=${onPress} />`}</li>`;
}

/** Why it is not as the lowest layer says. @param {Turn} shift @param {Override[]} overrides @param {string | undefined} lowest @param {People} people */
function whyOf(shift, overrides, lowest, people) {
  const made = overrides.filter((it) => shift.overrides?.includes(it.id));
  if (!made.length) return shift.layer && shift.layer !== lowest ? shift.layer : "";
  return listed(made.map((it) => (it.kind !== "replace" ? overrideInWords(it, people.called) : it.for ? `stands in for ${people.named(it.for)}` : "by an override")));
}

/** @param {{swap: Swap, zone: string, people: People}} props */
function SwapAsked({swap, zone, people}) {
  const {me, named} = people;
  const path = `${pathOf(swap.schedule)}/swaps/${swap.id}`;
  const [isAdmin, isAsker, isAsked] = [can("config:write"), swap.user === me, swap.with === me];
  const done = async (/** @type {Promise<unknown>} */ answer, /** @type {string} */ said) => {
    await answer;
    say(said);
  };
  const act = people.mayAct && html`${(isAsked || isAdmin) && html`<${Act} solid run=${() => done(api.post(`${path}/accept`), "Accepted: both shifts are swapped")} doing="Accepting …">Accept<//>
      <${Act} run=${() => done(api.post(`${path}/decline`), "Declined: nothing changes")} doing="Declining …">Decline<//>`}
    ${(isAsker || (isAdmin && !isAsked)) && html`<${Act} run=${() => done(api.remove(path), "Withdrawn: nothing changes")} doing="Withdrawing …">Withdraw<//>`}`;
  return html`<${Banner} icon="swap" says=${isAsked ? "You are asked to swap" : "A swap is asked for"} act=${act} fact=${`${capital(named(swap.user))} ${isAsker ? "ask" : "asks"} ${named(swap.with)} to take ${fromTo(swap.gives)}`}>
    <p class="num">for ${isAsked ? "yours," : "theirs,"} ${fromTo(swap.takes)} (${swap.schedule}). ${swap.reason && `“${swap.reason}”. `}To be answered until <${When} at=${swap.expires_at} zone=${zone} />.</p><//>`;
}

/** @param {{it: Override, schedule: string, zone: string, people: People}} props */
function OverrideRow({it, schedule, zone, people}) {
  const [asks, setAsks] = useState(false);
  const {me, called} = people;
  const words = capital(overrideInWords(it, called));
  const maker = actorName(it.made_by);
  const mayEnd = it.made_at && people.mayAct && (can("config:write") || [it.user, it.for, it.made_by].includes(me));
  const hasBegun = Date.parse(it.from) <= timeNow();
  const end = async () => {
    await api.remove(`${pathOf(schedule)}/overrides/${encodeURIComponent(it.id)}`);
    say(`${words}: ${hasBegun ? "ended" : "taken back"}`);
  };
  return html`<li><${Face} name=${it.user} people=${people} /><div><b>${words}</b>
      <p><${SpanOf} span=${it} zone=${zone} /><span>${it.made_at ? `by ${maker === me ? "you" : maker}, ${when(it.made_at, timeNow())}` : "in the schedule’s own text"}${it.reason && `: ${it.reason}`}</span></p></div>
    ${mayEnd && html`<${Button} small onClick=${() => setAsks(true)} says=${`Undo ${words}`}>Undo<//>`}
    ${asks && html`<${Confirm} title="Undo this override?" verb=${hasBegun ? "End it now" : "Take it back"} doing="Undoing …" run=${end} onClose=${() => setAsks(false)}>
      <p>${words}, ${fromTo(it)}. ${hasBegun && "What is past stays."}</p><//>`}</li>`;
}

/** @param {{own: (Span & {schedule: string})[], zoneOf: (schedule: string) => string}} props */
function OwnShifts({own, zoneOf}) {
  const now = useNow(10_000);
  // The list is cut where it ends, 28 days from now.
  const cut = (/** @type {Span} */ it) => (Date.parse(it.from) <= now ? "until" : Date.parse(it.to) - now > 3.9 * WEEK ? "from" : "");
  return html`<section class="panel turns" aria-label="Your shifts"><header><h2>Your shifts</h2><span class="quiet">${own.length > OWN_SHOWN ? `${OWN_SHOWN} of ${own.length} in` : "in"} the next 28 days</span></header>
    ${own.length ? html`<ol>${own.slice(0, OWN_SHOWN).map((it) => html`<li key=${it.schedule + it.from} class=${`bare ${cut(it) === "until" ? "cur" : ""}`}><div><${SpanOf} span=${it} zone=${zoneOf(it.schedule)} cut=${cut(it)} /></div><span class="quiet">${it.schedule}</span></li>`)}</ol>` : html`<p class="none">You have none.</p>`}</section>`;
}

/** @param {{duties: import("../core/types.js").Duty[], team: Awaited<ReturnType<typeof loadTeam>>, user: string | null}} props */
function OnCall({duties, team, user}) {
  const {query} = useRoute();
  const now = useNow(10_000);
  const here = zoneName();
  const people = peopleOf(team.users, user);
  const {me, users, called, mayAct} = people;
  const first = firstDuty(duties, me);
  const schedule = team.schedules.some((it) => it.name === query.schedule) ? query.schedule : first?.schedule || team.schedules[0].name;
  const zoneOf = (/** @type {string} */ name) => team.schedules.find((it) => it.name === name)?.time_zone || here;
  const zone = zoneOf(schedule);
  const hasMany = team.schedules.length > 1;
  const [start, today] = [weekStart(query.week, now), weekStart("", now)];
  const week = weekFrom(start);
  const {value, error, refresh} = useLive(() => loadWeek(schedule, week), [schedule, start]);
  const shown = value?.of === `${schedule} ${week.begins}` ? value : null;
  const [draft, setDraft] = useState(/** @type {Draft | null} */ (null));
  const [isSwapping, setSwapping] = useState(false);
  const runs = shown && shiftAt(shown.shifts, now)?.from;
  const ran = useRef(runs);
  useEffect(() => {
    // A shift has ended while the page was open.
    if (ran.current && runs && ran.current !== runs) refresh().catch(() => undefined);
    ran.current = runs;
  }, [runs]);
  useKeys({
    "[": {run: () => setQuery({week: dateAfter(start, -7)}), says: "The week before", group: "On call"},
    "]": {run: () => setQuery({week: dateAfter(start, 7)}), says: "The week after", group: "On call"},
  });
  const change = (/** @type {string} */ name, /** @type {string[]} */ who, /** @type {number} */ from, /** @type {string | null | undefined} */ to) => (/** @type {boolean} */ isMine) =>
    setDraft({mode: isMine ? "give" : "take", schedule: name, zone: zoneOf(name), people: who, from, to: to ? Date.parse(to) : null});
  const override = () => {
    const from = Math.max(Math.ceil(now / HOUR) * HOUR, week.begins);
    setDraft({mode: "override", schedule, zone, people: users, from, to: from + 24 * HOUR});
  };
  const shifts = shown?.shifts.filter((it) => placeOf(it, week)) || [];
  const gaps = shifts.filter((it) => isGap(it) && Date.parse(it.to) > now);
  const cut = (/** @type {Turn} */ it) => (it.from === shown?.around.from ? "until" : it.to === shown?.around.to ? "from" : "");
  const asked = team.swaps.filter((it) => it.state === "asked" && Date.parse(it.expires_at) > now);
  const mine = asked.filter((it) => it.with === me);
  const others = asked.filter((it) => it.with !== me && (it.schedule === schedule || it.user === me));
  const made = shown?.overrides.filter((it) => Date.parse(it.to) > timeNow()) || [];
  const swaps = (/** @type {Swap[]} */ list) => list.map((it) => html`<${SwapAsked} key=${it.id} swap=${it} zone=${zoneOf(it.schedule)} people=${people} />`);
  const turn = (/** @type {number} */ days, /** @type {string} */ icon, /** @type {string} */ says) => html`<a class="btn bare square" href=${addressWith({schedule, week: dateAfter(start, days)})} aria-label=${says} title=${says}><${Icon} name=${icon} /></a>`;
  const {who, until} = dutyInWords(first, me, now);
  const verb = who === "you" || (first.on_call?.people.length || 0) > 1 ? "are" : "is";
  return html`<header class="lead"><h1>${capital(who)} ${verb} on call${until && ` until ${until.says}`}${hasMany && ` (${first.schedule})`}</h1>
      ${mayAct && html`<div class="do"><${Button} icon="swap" onClick=${() => setSwapping(true)}>Swap<//><${Button} icon="plus" onClick=${override}>Override<//></div>`}</header>
    ${swaps(mine)}
    <div class="duties">${duties.map((it) => html`<${DutyCard} key=${it.schedule} duty=${it} policies=${team.policies} zone=${zoneOf(it.schedule)} people=${people} hasMany=${hasMany}
      isHere=${it.schedule === schedule} onPress=${change(it.schedule, it.on_call?.people || [], 0, it.on_call?.until)} />`)}</div>
    <section class="panel week-view" aria-label=${`${schedule}, the week`}>
      <header><h2>${schedule}, ${weekInWords(week)}</h2><span class="quiet">${here === "UTC" ? "" : `${here}, `}${offsetsInWeek(week)}${zone !== here && `. The schedule’s zone is ${zone}.`}</span>
        ${gaps.length > 0 && html`<${Tag} icon="close" class="lacks">${plural(gaps.length, "gap")}, ${fromTo(gaps[0])}<//>`}
        <span class="do">${turn(-7, "back", "The week before")}<a class="btn" href=${addressWith({schedule, week: null})} aria-current=${start === today ? "date" : null}>Today</a>${turn(7, "next", "The week after")}</span></header>
      ${shown ? html`<${WeekStrip} week=${week} colour=${people.colour} rows=${stripRows({...shown, swaps: asked.filter((it) => it.schedule === schedule)}, week, (name) => called(name).split(" ")[0])} />` : error ? html`<p class="problem">${error.message}</p>` : html`<${Skeleton} />`}
    </section>
    <div class="sides">
      <section class="panel turns plan" aria-label="Shifts of the week"><header><h2>Shifts</h2><span class="quiet">${schedule}, ${here}</span></header>
        <ol>${shifts.map((it) => html`<${ShiftRow} key=${it.from} shift=${it} zone=${zone} people=${people} cut=${cut(it)} why=${whyOf(it, shown?.overrides || [], shown?.layers.at(-1)?.layer, people)}
          onPress=${change(schedule, it.people, Date.parse(it.from), cut(it) === "from" ? null : it.to)} />`)}</ol></section>
      <div class="side">
        <section class="panel turns" aria-label="Asked and arranged"><header><h2>Asked and arranged</h2></header>${swaps(others)}
          ${made.length > 0 && html`<ol>${made.map((it) => html`<${OverrideRow} key=${it.id} it=${it} schedule=${schedule} zone=${zone} people=${people} />`)}</ol>`}
          ${others.length + made.length === 0 && html`<p class="none">No swap is asked for and no override is to come: the layers say who is on call.</p>`}</section>
        ${me && html`<${OwnShifts} own=${team.own} zoneOf=${zoneOf} />`}
        <${Calendars} schedule=${schedule} user=${me} />
      </div></div>
    ${draft && html`<${OverrideForm} draft=${draft} people=${people} onClose=${() => setDraft(null)} />`}
    ${isSwapping && html`<${SwapForm} schedule=${schedule} zone=${zone} people=${people} onClose=${() => setSwapping(false)} />`}`;
}

function OnCallPage() {
  const me = useMe();
  const duties = useDuties();
  const {value: team, error} = useLive(() => loadTeam(me?.user), [me?.user]);
  if (error && !team) return html`<${Banner} icon="close" kind="bad" fact="Who is on call cannot be shown now"><p>${error.message}</p><//>`;
  if (!duties || !team) return html`<${Skeleton} lines=${6} />`;
  if (team.schedules.length && duties.length) return html`<${OnCall} duties=${duties} team=${team} user=${me?.user || null} />`;
  return html`<${Empty} title="There is no schedule yet" why="Alerts page the people and channels that escalation policies name. A schedule says who is on call when, and a policy names it in their place."
    act=${can("config:write") && html`<a class="btn solid" href="/console/set-up/schedules">Make a schedule</a>`} />`;
}

/** @type {import("../core/types.js").Page} */
export const onCallPage = {path: "/console/on-call", title: () => "On call", component: OnCallPage};
