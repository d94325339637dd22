/** On call: who is, until when and who is next; the week; what people ask of each other. */

import {ApiError, api} from "../core/api.js";
import {useCommands} from "../core/commands.js";
import {useKeys} from "../core/keys.js";
import {useLive} from "../core/live.js";
import {can, useMe} from "../core/me.js";
import {addressWith, setQuery, useRoute} from "../core/routes.js";
import {inFull, timeNow, useNow, zoneName} from "../core/times.js";
import {say} from "../core/toasts.js";
import {html, useEffect, useRef, useState} from "../core/view.js";
import {dateAfter, fromTo, isGap, lengthOf, overrideInWords, pagedBy, placeOf, shiftAt, stripRows, wallAt, weekFrom, weekInWords, weekStart, when, zoneInWeek} from "../core/week.js";
import {actorName, capital, listed, plural} from "../core/words.js";
import {Act} from "../parts/act.js";
import {Banner} from "../parts/banner.js";
import {Button} from "../parts/button.js";
import {Confirm} from "../parts/confirm.js";
import {firstDuty, useDuties} from "../parts/duty.js";
import {Empty} from "../parts/empty.js";
import {Icon} from "../parts/icon.js";
import {Skeleton} from "../parts/skeleton.js";
import {Tag} from "../parts/tag.js";
import {WeekStrip} from "../parts/week-strip.js";
import {Calendars} from "./on_call_calendars.js";
import {OverrideForm, SwapForm} from "./on_call_forms.js";

const MINUTE = 60_000;
const WEEK = 7 * 24 * 60 * MINUTE;
const COLOURS = 6;
const OWN_SHOWN = 6;

/**
 * @typedef {import("../core/week.js").Turn} Turn
 * @typedef {import("../core/week.js").Override} Override
 * @typedef {import("../core/week.js").Swap} Swap
 * @typedef {import("../core/week.js").Span} Span
 * @typedef {import("./on_call_forms.js").Draft} Draft
 */

/**
 * @typedef {object} People whom the page speaks of, and to whom
 * @property {string | null} me
 * @property {string[]} users
 * @property {(name: string) => string} called "Alice Archer", or the user's name
 * @property {(name: string) => string} named the same, or "you"
 * @property {(name: string) => string} short "Alice", if no other is called so
 * @property {(name: string) => number} colour 1 to 6
 */

/** @param {{name: string, full_name: string | null}[]} users @param {string | null} me @returns {People} */
function peopleOf(users, me) {
  const names = users.map((it) => it.name);
  const full = new Map(users.map((it) => [it.name, it.full_name || it.name]));
  const called = (/** @type {string} */ name) => full.get(name) || name;
  return {
    me: names.find((it) => it.toLowerCase() === (me || "").toLowerCase()) || null,
    users: names,
    called,
    short: (name) => {
      const first = (/** @type {string} */ it) => called(it).split(" ")[0];
      return names.some((it) => it !== name && first(it) === first(name)) ? called(name) : first(name);
    },
    named: (name) => (name === me ? "you" : called(name)),
    colour: (name) => (Math.max(0, names.indexOf(name)) % COLOURS) + 1,
  };
}

/** @param {number} at */
const iso = (at) => new Date(at).toISOString();

/** What lies a week around is asked for too, so that shifts at the edges are not cut. @param {string} schedule @param {import("../core/week.js").Week} week */
async function loadWeek(schedule, {begins, ends}) {
  const path = `/schedules/${encodeURIComponent(schedule)}`;
  const now = timeNow();
  const around = {from: iso(begins - WEEK), to: iso(ends + 2 * WEEK)};
  const first = Math.min(begins, now);
  const ahead = {from: iso(first), to: iso(Math.min(Math.max(ends, now + 12 * WEEK), first + 57 * WEEK))};
  const [shifts, layers, overrides] = await Promise.all([
    api.get(`${path}/shifts`, around),
    api.get(`${path}/layers`, {from: iso(begins), to: iso(ends)}),
    api.get(`${path}/overrides`, ahead),
  ]);
  return {schedule, begins, around, shifts: shifts.data, layers: layers.data, overrides: overrides.data};
}

/** A key may outlive its user. @param {unknown} error */
function ofNobody(error) {
  if (error instanceof ApiError && error.status === 404) return null;
  throw error;
}

/** @param {string | null | undefined} user */
async function loadTeam(user) {
  const [schedules, users, policies, swaps, own] = await Promise.all([
    api.get("/schedules"),
    api.get("/users"),
    api.get("/escalation-policies"),
    api.get("/swaps"),
    user ? api.get(`/users/${encodeURIComponent(user)}/shifts`).catch(ofNobody) : null,
  ]);
  return {
    schedules: /** @type {{name: string, time_zone: string}[]} */ (schedules.data),
    users: /** @type {{name: string, full_name: string | null}[]} */ (users.data),
    policies: policies.data,
    swaps: /** @type {Swap[]} */ (swaps.data),
    own: /** @type {(Span & {schedule: string})[]} */ (own ? own.data : []),
  };
}

/** @param {{at: string, zone: string, children: import("../vendor/preact.js").Children}} props zone: of the schedule */
function When({at, zone, children}) {
  const there = zone === zoneName() ? "" : `; ${when(at, zone, timeNow())} in ${zone}`;
  return html`<time datetime=${at} title=${inFull(at) + there}>${children}</time>`;
}

/** A span here; and by the schedule's clock where that shows another time. @param {{span: Span, zone: string, cut?: "from" | "to" | "", apart?: boolean}} props apart: no heading says the month */
function SpanOf({span, zone, cut = "", apart}) {
  const here = zoneName();
  const now = timeNow();
  const text = (/** @type {string} */ in_) =>
    cut === "from" ? `until ${when(span.to, in_, now)}` : cut === "to" ? `from ${when(span.from, in_, now)} on` : fromTo(span, in_, apart ? now : undefined);
  const length = cut ? "" : `, ${lengthOf(span)}`;
  return html`<span class="num" title=${`${inFull(span.from)} to ${inFull(span.to)}`}>${text(here)}${length}</span>${zone !== here && html`<span class="there num">${text(zone)} in ${zone}</span>`}`;
}

/** @param {{name: string, people: People}} props */
function Face({name, people}) {
  return html`<span class=${`face p${people.colour(name)}`} aria-hidden="true">${people.called(name).charAt(0).toUpperCase()}</span>`;
}

/** @param {any[]} policies @param {string} schedule */
function rankOf(policies, schedule) {
  const found = pagedBy(policies, schedule);
  if (!found.length) return "no policy pages it";
  const first = found.reduce((one, other) => (other.after < one.after ? other : one));
  const minutes = Math.round(first.after / MINUTE);
  const which = new Set(found.map((it) => it.policy)).size > 1 ? "" : ` by policy ${first.policy}`;
  const whom = first.isNext ? ", who comes next" : "";
  return first.after ? `paged after ${minutes ? plural(minutes, "minute") : "less than a minute"}${which}${whom}` : `paged first${which}${whom}`;
}

/** The page's sentence. @param {import("../core/types.js").Duty[]} duties @param {string | null} me @param {string} zone @param {number} now @param {Span & {schedule: string} | undefined} coming */
export function leadSentence(duties, me, zone, now, coming) {
  const of = (/** @type {string} */ name) => (duties.length > 1 ? ` (${name})` : "");
  const until = (/** @type {string | null | undefined} */ at) => (at ? ` until ${when(at, zone, now)}` : "");
  const lacking = duties.filter((it) => !it.on_call?.people.length);
  const mine = duties.find((it) => me && it.on_call?.people.includes(me));
  if (mine) return `You are on call${until(mine.on_call?.until)}${of(mine.schedule)}`;
  if (lacking.length && lacking.length === duties.length) return `Nobody is on call${until(lacking[0].on_call?.until)}`;
  if (coming) return `You are on call next ${when(coming.from, zone, now)}${of(coming.schedule)}`;
  const first = firstDuty(duties, me);
  const names = first.on_call?.people || [];
  return `${capital(listed(names))} ${names.length > 1 ? "are" : "is"} on call${until(first.on_call?.until)}${of(first.schedule)}`;
}

/** @param {{duty: import("../core/types.js").Duty, rank: string, zone: string, people: People, isHere: boolean, isOnly: boolean, onDraft: (draft: Draft) => void}} props */
function DutyCard({duty, rank, zone, people, isHere, isOnly, onDraft}) {
  const now = useNow(10_000);
  const {schedule, on_call: is, next} = duty;
  const names = is?.people || [];
  const isMine = Boolean(people.me && names.includes(people.me));
  const mayAct = can("config:write") || (can("alerts:write") && people.me);
  const left = is?.until ? lengthOf({from: iso(now), to: is.until}) : "";
  const draft = (/** @type {Draft["mode"]} */ mode) => () =>
    onDraft({mode, schedule, zone, people: names, from: 0, to: is?.until ? Date.parse(is.until) : null, instead: mode === "give" ? people.me || "" : ""});
  const name = isOnly ? schedule : html`<a href=${addressWith({schedule})} aria-current=${isHere ? "true" : null}>${schedule}</a>`;
  return html`<section class=${`panel duty-card ${isHere && !isOnly ? "here" : ""} ${names.length ? "" : "gap"}`} aria-label=${schedule}><h2>${name}<span>, ${rank}</span></h2>
    <strong>${names.length ? names.map((it, n) => html`<span key=${it} class="who"><${Face} name=${it} people=${people} />${people.called(it)}${it === people.me ? ", you" : ""}${n < names.length - 1 ? "," : ""}</span>`) : html`<span class="who"><${Icon} name="close" />Nobody</span>`}</strong>
    <p>${is?.until ? html`until <b><${When} at=${is.until} zone=${zone}>${when(is.until, zoneName(), now)}<//></b>, ${left}. ` : "until further notice. "}${next ? html`Next <b>${listed(next.people.map(people.named))}</b>${next.from && next.from !== is?.until ? html`, from <${When} at=${next.from} zone=${zone}>${when(next.from, zoneName(), now)}<//>` : ""}${next.until ? html`, until <${When} at=${next.until} zone=${zone}>${when(next.until, zoneName(), now)}<//>.` : "."}` : "Nobody else follows within a year."}
    ${is?.until && zone !== zoneName() && html`<span class="there">${when(is.until, zone, now)} in ${zone}</span>`}</p>
    ${mayAct && html`<${Button} solid=${!names.length} onClick=${draft(isMine ? "give" : "take")}>${isMine ? "Hand over" : "Take over"}<//>`}
  </section>`;
}

/** @param {Turn} shift @param {Override[]} overrides @param {string} usual the lowest layer @param {People} people */
function whyOf(shift, overrides, usual, people) {
  const made = overrides.filter((it) => (shift.overrides || []).includes(it.id));
  if (made.length) {
    return made.map((it) => (it.kind === "replace" && it.for ? `stands in for ${people.named(it.for)}` : it.kind === "replace" ? "by an override" : overrideInWords(it, people.called))).join(", ");
  }
  return shift.layer && shift.layer !== usual ? shift.layer : "";
}

/** @param {{shift: Turn, zone: string, cut: "from" | "to" | "", why: string, people: People, schedule: string, onDraft: (draft: Draft) => void}} props */
function ShiftRow({shift, zone, cut, why, people, schedule, onDraft}) {
  const now = useNow(10_000);
  const [from, to] = [Date.parse(shift.from), Date.parse(shift.to)];
  const isNow = from <= now && now < to;
  const gap = isGap(shift);
  const isMine = Boolean(people.me && shift.people.includes(people.me));
  const mayAct = to > now && (can("config:write") || (can("alerts:write") && people.me));
  const draft = () =>
    onDraft({mode: isMine ? "give" : "take", schedule, zone, people: shift.people, from, to: cut === "to" ? null : to, instead: isMine ? people.me || "" : ""});
  const names = shift.people.length ? listed(shift.people.map(people.named)) : gap ? "Nobody" : "Nobody, on purpose";
  return html`<li class=${isNow ? "cur" : to <= now ? "past" : gap ? "gap" : ""}>${shift.people.length ? html`<${Face} name=${shift.people[0]} people=${people} />` : html`<${Icon} name="close" />`}
    <div><b>${capital(names)}${isNow ? ", now" : ""}${why && html`<span class="why">, ${why}</span>`}</b><p><${SpanOf} span=${shift} zone=${zone} cut=${cut} /></p></div>
    ${mayAct && html`<${Button} small solid=${gap} onClick=${draft} says=${`${isMine ? "Hand over" : "Take"}, ${fromTo(shift, zoneName())}`}>${isMine ? "Hand over" : "Take"}<//>`}</li>`;
}

/** @param {{swap: Swap, zone: string, people: People, hasMany: boolean, isFirst?: boolean}} props isFirst: above the page, for whoever is asked */
function SwapAsked({swap, zone, people, hasMany, isFirst}) {
  const here = zoneName();
  const now = timeNow();
  const path = `/schedules/${encodeURIComponent(swap.schedule)}/swaps/${swap.id}`;
  const isAdmin = can("config:write");
  const mayAnswer = isAdmin || (can("alerts:write") && swap.with === people.me);
  const mayWithdraw = (isAdmin && swap.with !== people.me) || (can("alerts:write") && swap.user === people.me);
  const answer = (/** @type {string} */ how, /** @type {string} */ said) => async () => {
    await (how ? api.post(`${path}/${how}`) : api.remove(path));
    say(said);
  };
  const whose = swap.with === people.me ? "your" : `${people.called(swap.with)}’s`;
  const fact = `${capital(people.named(swap.user))} ${swap.user === people.me ? "ask" : "asks"} ${people.named(swap.with)} to take ${fromTo(swap.gives, here, now)}`;
  const why = html`<p class="num">for ${whose} ${fromTo(swap.takes, here, now)}${hasMany ? `, ${swap.schedule}` : ""}. ${swap.reason ? `“${swap.reason}”. ` : ""}To be answered until <${When} at=${swap.expires_at} zone=${zone}>${when(swap.expires_at, here, now)}<//>.</p>`;
  const act = html`${mayAnswer && html`<${Act} solid small=${!isFirst} run=${answer("accept", "Accepted: both shifts are swapped")} doing="Accepting …">Accept<//><${Act} small=${!isFirst} run=${answer("decline", "Declined: nothing changes")} doing="Declining …">Decline<//>`}
    ${mayWithdraw && html`<${Act} small run=${answer("", "Withdrawn: nothing changes")} doing="Withdrawing …">Withdraw<//>`}`;
  if (isFirst) return html`<${Banner} icon="swap" says="You are asked to swap" fact=${fact} act=${act}>${why}<//>`;
  return html`<li class="asked"><${Face} name=${swap.user} people=${people} /><div><b>${fact}</b>${why}</div>${(mayAnswer || mayWithdraw) && html`<span class="do">${act}</span>`}</li>`;
}

/** @param {{it: Override, schedule: string, zone: string, people: People}} props */
function OverrideRow({it, schedule, zone, people}) {
  const [asks, setAsks] = useState(false);
  const maker = it.made_by ? actorName(it.made_by) : "";
  const isOwn = Boolean(people.me && [it.user, it.for, it.made_by].includes(people.me));
  const mayEnd = it.made_at && (can("config:write") || (can("alerts:write") && isOwn));
  const hasBegun = Date.parse(it.from) <= timeNow();
  const end = async () => {
    await api.remove(`/schedules/${encodeURIComponent(schedule)}/overrides/${encodeURIComponent(it.id)}`);
    say(hasBegun ? "Ended: from now on the layers say who is on call" : "Taken back");
  };
  return html`<li><${Face} name=${it.user} people=${people} /><div><b>${capital(overrideInWords(it, people.called))}</b>
      <p><${SpanOf} span=${it} zone=${zone} apart /><span>${it.made_at ? `by ${maker === people.me ? "you" : maker}, ${when(it.made_at, zoneName(), timeNow())}` : "in the schedule’s own text"}${it.reason ? `: ${it.reason}` : ""}</span></p></div>
    ${mayEnd && html`<${Button} small onClick=${() => setAsks(true)} says=${`Undo ${overrideInWords(it, people.called)}`}>Undo<//>`}
    ${asks && html`<${Confirm} title="Undo this override?" verb=${hasBegun ? "End it now" : "Take it back"} doing="Undoing …" run=${end} onClose=${() => setAsks(false)}>
      <p>${capital(overrideInWords(it, people.called))}, ${fromTo(it, zoneName())}. ${hasBegun ? "What is past stays." : "Then the layers say who is on call."}</p><//>`}</li>`;
}

/** @param {{own: (Span & {schedule: string})[], hasMany: boolean, zoneOf: (schedule: string) => string}} props */
function OwnShifts({own, hasMany, zoneOf}) {
  const now = useNow(10_000);
  const rest = own.length - OWN_SHOWN;
  return html`<section class="panel turns" aria-label="Your shifts"><header><h2>Your shifts</h2><span class="quiet">next 28 days</span></header>
    ${own.length ? html`<ol>${own.slice(0, OWN_SHOWN).map((it) => {
      const isNow = Date.parse(it.from) <= now;
      const isCut = Date.parse(it.to) - now > 3.9 * WEEK;
      const cut = isNow ? "from" : isCut ? "to" : "";
      return html`<li key=${it.schedule + it.from} class=${`bare ${isNow ? "cur" : ""}`}><div><b><${SpanOf} span=${it} zone=${zoneOf(it.schedule)} cut=${cut} apart /></b></div><span class="quiet">${hasMany ? it.schedule : isNow ? "now" : `in ${lengthOf({from: iso(now), to: it.from}).split(" ")[0]}`}</span></li>`;
    })}</ol>` : html`<p class="none">You have none in the next 28 days.</p>`}
    ${rest > 0 && html`<p class="none">${plural(rest, "more shift")} after these.</p>`}</section>`;
}

/** @param {{duties: import("../core/types.js").Duty[], team: Awaited<ReturnType<typeof loadTeam>>, user: string | null | undefined}} props */
function OnCall({duties, team, user}) {
  const {query} = useRoute();
  const now = useNow(10_000);
  const here = zoneName();
  const people = peopleOf(team.users, user || null);
  const known = team.schedules.map((it) => it.name);
  const schedule = known.includes(query.schedule) ? query.schedule : firstDuty(duties, people.me)?.schedule || known[0];
  const zoneOf = (/** @type {string} */ name) => team.schedules.find((it) => it.name === name)?.time_zone || here;
  const zone = zoneOf(schedule);
  const start = weekStart(query.week, now, here);
  const week = weekFrom(start, here);
  const {value, error, refresh} = useLive(() => loadWeek(schedule, week), [schedule, start]);
  const [draft, setDraft] = useState(/** @type {Draft | null} */ (null));
  const [isSwapping, setSwapping] = useState(false);
  const today = weekStart("", now, here);
  const shown = value && value.schedule === schedule && value.begins === week.begins ? value : null;
  const runs = shown && shiftAt(/** @type {Turn[]} */ (shown.shifts), now);
  const began = useRef("");
  useEffect(() => {
    // A shift has ended while the page was open.
    if (began.current && runs && began.current !== runs.from) refresh().catch(() => undefined);
    began.current = runs ? runs.from : "";
  }, [runs?.from]);
  const to = (/** @type {number} */ days) => addressWith({week: dateAfter(start, days), schedule});
  useKeys({
    "[": {run: () => setQuery({week: dateAfter(start, -7)}), says: "The week before", group: "On call"},
    "]": {run: () => setQuery({week: dateAfter(start, 7)}), says: "The week after", group: "On call"},
  });
  const override = () => {
    const from = Math.ceil(now / (60 * MINUTE)) * 60 * MINUTE;
    setDraft({mode: "override", schedule, zone, people: [], from: Math.max(from, week.begins), to: Math.max(from, week.begins) + 24 * 60 * MINUTE});
  };
  const mayAct = can("config:write") || Boolean(can("alerts:write") && people.me);
  useCommands(mayAct ? [{name: `Swap a shift in ${schedule}`, run: () => setSwapping(true)}, {name: `Override in ${schedule}`, run: override}] : []);
  const [first, last] = shown ? [Date.parse(shown.around.from), Date.parse(shown.around.to)] : [0, 0];
  const shifts = shown ? /** @type {Turn[]} */ (shown.shifts).filter((it) => placeOf(it, week)) : [];
  const gaps = shifts.filter((it) => isGap(it) && Date.parse(it.to) > now);
  const asked = team.swaps.filter((it) => it.state === "asked" && Date.parse(it.expires_at) > now && (it.schedule === schedule || [it.user, it.with].includes(people.me || "")));
  const mine = asked.filter((it) => it.with === people.me);
  const others = asked.filter((it) => it.with !== people.me);
  const made = shown ? /** @type {Override[]} */ (shown.overrides).filter((it) => Date.parse(it.to) > now) : [];
  const hasMany = known.length > 1;
  const coming = team.own.find((it) => Date.parse(it.from) > now);
  return html`<header class="lead"><h1>${leadSentence(duties, people.me, here, now, coming)}</h1>
      ${mayAct && html`<div class="do"><${Button} icon="swap" onClick=${() => setSwapping(true)}>Swap<//><${Button} icon="plus" onClick=${override}>Override<//></div>`}</header>
    ${mine.map((it) => html`<${SwapAsked} key=${it.id} swap=${it} zone=${zoneOf(it.schedule)} people=${people} hasMany=${hasMany} isFirst />`)}
    <div class="duties">${duties.map((it) => html`<${DutyCard} key=${it.schedule} duty=${it} rank=${rankOf(team.policies, it.schedule)} zone=${zoneOf(it.schedule)} people=${people}
      isHere=${it.schedule === schedule} isOnly=${!hasMany} onDraft=${setDraft} />`)}</div>
    <section class="panel rota" aria-label=${`${schedule}, the week`}>
      <header><h2>${schedule}, ${weekInWords(week, here)}</h2><span class="quiet">${zoneInWeek(week, here)}${zone === here ? "" : `. The schedule’s zone is ${zone}.`}</span>
        ${gaps.length > 0 && html`<${Tag} icon="close" class="lacks">${plural(gaps.length, "gap")}, ${fromTo(gaps[0], here)}<//>`}
        <span class="do"><a class="btn bare square" href=${to(-7)} aria-label="The week before" title="The week before"><${Icon} name="back" /></a><a class="btn" href=${addressWith({week: null, schedule})} aria-current=${start === today ? "date" : null}>Today</a><a class="btn bare square" href=${to(7)} aria-label="The week after" title="The week after"><${Icon} name="next" /></a></span></header>
      ${shown ? html`<${WeekStrip} week=${week} zone=${here} colour=${people.colour} rows=${stripRows({shifts: shown.shifts, layers: shown.layers, overrides: shown.overrides, swaps: team.swaps.filter((it) => it.schedule === schedule)}, week, people.short)} />` : error ? html`<p class="problem">${error.message}</p>` : html`<${Skeleton} lines=${3} says="Loading the week" />`}
    </section>
    <div class="sides">
      <section class="panel turns plan" aria-label="Shifts of the week"><header><h2>Shifts</h2><span class="quiet">${schedule}, ${here}</span></header>
        ${shown ? html`<ol>${shifts.map((it) => html`<${ShiftRow} key=${it.from} shift=${it} zone=${zone} people=${people} schedule=${schedule} onDraft=${setDraft}
          cut=${Date.parse(it.from) <= first ? "from" : Date.parse(it.to) >= last ? "to" : ""} why=${whyOf(it, shown.overrides, shown.layers.at(-1)?.layer || "", people)} />`)}</ol>` : html`<${Skeleton} says="Loading shifts" />`}</section>
      <div class="side">
        <section class="panel turns" aria-label="Asked and arranged"><header><h2>Asked and arranged</h2></header>
          ${others.length + made.length ? html`<ol>${others.map((it) => html`<${SwapAsked} key=${it.id} swap=${it} zone=${zoneOf(it.schedule)} people=${people} hasMany=${hasMany} />`)}
            ${made.map((it) => html`<${OverrideRow} key=${it.id} it=${it} schedule=${schedule} zone=${zone} people=${people} />`)}</ol>` : html`<p class="none">Nobody has asked for a swap, and no override is to come: the layers say who is on call.</p>`}</section>
        ${people.me && html`<${OwnShifts} own=${team.own} hasMany=${hasMany} zoneOf=${zoneOf} />`}
        <${Calendars} schedule=${schedule} user=${people.me} />
      </div></div>
    ${draft && html`<${OverrideForm} draft=${draft} users=${people.users} me=${people.me} called=${people.called} onClose=${() => setDraft(null)} />`}
    ${isSwapping && html`<${SwapForm} schedule=${schedule} zone=${zone} users=${people.users} me=${people.me} called=${people.called} onClose=${() => setSwapping(false)} />`}`;
}

function OnCallPage() {
  const me = useMe();
  const duties = useDuties();
  const team = useLive(() => loadTeam(me?.user), [me?.user]);
  const error = team.error;
  if (!duties || !team.value || !me) {
    if (error) return html`<${Banner} icon="close" kind="bad" fact="Who is on call cannot be shown now"><p>${error.message}</p><//>`;
    return html`<header class="lead"><h1>On call</h1></header><${Skeleton} lines=${6} says="Loading who is on call" />`;
  }
  if (!team.value.schedules.length) {
    return html`<${Empty} title="There is no schedule yet" why="Alerts page the people and channels that escalation policies name. A schedule says who is on call when, and a policy names it in their place."
      act=${can("config:write") && html`<a class="btn solid" href="/console/set-up/schedules">Make a schedule</a>`} foot="A team’s file may hold schedules too: docs/schedules.md." />`;
  }
  return html`<${OnCall} duties=${duties} team=${team.value} user=${me.user} />`;
}

/** @type {import("../core/types.js").Page} */
export const onCallPage = {path: "/console/on-call", title: () => "On call", component: OnCallPage};
