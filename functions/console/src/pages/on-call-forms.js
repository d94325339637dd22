/** What people change on the On-call page: a shift is taken, handed over, overridden, swapped. */

import {api} from "../core/api.js";
import {touched} from "../core/live.js";
import {can} from "../core/me.js";
import {timeNow, zoneName} from "../core/times.js";
import {say, sayError} from "../core/toasts.js";
import {html, useEffect, useState} from "../core/view.js";
import {byPerson, fromTo, offsetInWords, wallAt, when} from "../core/week.js";
import {listed} from "../core/words.js";
import {Button} from "../parts/button.js";
import {Dialog} from "../parts/dialog.js";
import {Field} from "../parts/field.js";
import {Select} from "../parts/select.js";

const SECOND = 1000;
const EIGHT_WEEKS = 56 * 86_400 * SECOND;

/**
 * @typedef {object} Draft what a form begins with
 * @property {"take" | "give" | "override"} mode
 * @property {string} schedule
 * @property {string} zone of the schedule
 * @property {string[]} people in whose place somebody may be
 * @property {number} from ms; in the past: from now on
 * @property {number | null} to ms
 */

/** @typedef {Pick<import("./on-call.js").People, "me" | "users" | "called">} People */

/** @param {number} at */
const iso = (at) => new Date(at).toISOString();

const FIELDS = /** @type {Record<string, string>} */ ({to: "Until", until: "Until", for: "In place of", user: "Who", from: "From"});

/** @param {unknown} error */
function inWords(error) {
  const {details = [], message} = /** @type {import("../core/api.js").ApiError} */ (error);
  return details.map(({field, problem}) => `${FIELDS[field] || field} ${problem}.`).join(" ") || message;
}

/**
 * A dialog with fields, the reason last. `run` answers what is said afterwards.
 * @param {{title: string, verb: string, run: (about: {reason?: string}) => Promise<string>, onClose: () => void, disabled?: boolean, children: import("../vendor/preact.js").Children}} props
 */
function Form({title, verb, run, onClose, disabled, children}) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const [reason, setReason] = useState("");
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setProblem("");
    try {
      const said = await run(reason ? {reason} : {});
      await touched().catch(() => undefined);
      say(said);
      onClose();
    } catch (error) {
      setProblem(inWords(error));
      setBusy(false);
    }
  };
  return html`<${Dialog} title=${title} onClose=${onClose}><form class="fields" onSubmit=${submit}>${children}
    <${Field} label="Reason, if you like" value=${reason} onInput=${setReason} more=${{maxlength: 300, autocomplete: "off"}} />
    ${problem && html`<p class="problem" role="alert">${problem}</p>`}
    <div class="do"><${Button} solid type="submit" busy=${isBusy} disabled=${disabled}>${verb}<//><${Button} onClick=${onClose}>Cancel<//></div></form><//>`;
}

/** @param {{label: string, value: string, onInput: (value: string) => void, zone: string}} props zone: of the schedule */
function TimeField({label, value, onInput, zone}) {
  const here = zoneName();
  const at = (value && Date.parse(value)) || timeNow();
  const there = zone === here ? "" : `; ${when(iso(at), timeNow(), zone)} in ${zone}`;
  return html`<${Field} label=${label} type="datetime-local" value=${value} onInput=${onInput} required help=${`${here}, ${offsetInWords(at)}${there}`} />`;
}

const KINDS = /** @type {[string, string][]} */ ([
  ["replace", "Instead of those on call"],
  ["add", "As well as those on call"],
  ["remove", "Not on call"],
]);

/** @param {{draft: Draft, people: People, onClose: () => void}} props */
export function OverrideForm({draft, people: {me, users, called}, onClose}) {
  const {mode, schedule, zone, people} = draft;
  const [isTake, isGive] = [mode === "take", mode === "give"];
  const isAdmin = can("config:write");
  const isRunning = draft.from <= timeNow();
  const [kind, setKind] = useState("replace");
  const [user, setUser] = useState(me);
  const [instead, setInstead] = useState(isGive ? me || "" : "");
  const [from, setFrom] = useState(wallAt(Math.max(draft.from, timeNow())));
  const [to, setTo] = useState(draft.to ? wallAt(draft.to) : "");
  // Responders name themselves, or whom they like in their own place.
  const mayName = users.filter((it) => (isAdmin || instead === me || it === me) && !(instead && it === instead));
  const name = mayName.find((it) => it === user) || mayName[0] || "";
  const names = (/** @type {string[]} */ list) => list.map((it) => /** @type {[string, string]} */ ([it, called(it) + (it === me ? ", you" : "")]));
  const run = async (/** @type {{reason?: string}} */ about) => {
    const ends = iso(Date.parse(to));
    // Of one person, only while that person is on call; of those on call now, the API knows.
    const whose = instead || (isTake && !isRunning && people.length === 1 ? people[0] : "");
    const body = {...about, user: name, ...(whose && kind === "replace" ? {for: whose} : {})};
    const path = `/schedules/${encodeURIComponent(schedule)}`;
    if (isTake && isRunning) await api.post(`${path}/take`, {...body, until: ends});
    else await api.post(`${path}/overrides`, {...body, kind: isTake && !people.length ? "add" : kind, from: iso(Math.max(Date.parse(from), timeNow())), to: ends});
    return `${name === me ? "You are" : `${called(name)} is`}${kind === "remove" ? " not" : ""} on call in ${schedule} until ${when(ends, timeNow())}`;
  };
  const gone = (instead ? [instead] : people).filter((it) => it !== name).map(called);
  return html`<${Form} title=${`${isTake ? "Take" : isGive ? "Hand over" : "Override in"} ${schedule}`} verb=${isTake ? "Take this shift" : isGive ? `Hand over to ${called(name)}` : "Make the override"} run=${run} onClose=${onClose} disabled=${!name}>
    ${isTake && html`<p>${name === me ? "You are" : `${called(name)} is`} paged ${gone.length ? `instead of ${listed(gone)}, who ${gone.length > 1 ? "are" : "is"} told` : "where nobody is"}.</p>`}
    ${isGive && html`<p>Whoever takes it is told. To ask before, swap instead.</p>`}
    ${mode === "override" && html`<${Select} label="What" value=${kind} onInput=${setKind} options=${KINDS} />`}
    ${kind === "replace" && !isGive && people.length > 1 && html`<${Select} label="In place of" value=${instead} onInput=${setInstead} options=${[["", "All who are on call"], ...names(people)]} />`}
    ${(isAdmin || !isTake) && html`<${Select} label=${isGive ? "To whom" : "Who"} value=${name} onInput=${setUser} options=${names(mayName)} help=${mayName.length === 1 ? "To name somebody else, say that it is in place of you." : undefined} />`}
    ${!(isTake && isRunning) && html`<${TimeField} label="From" value=${from} onInput=${setFrom} zone=${zone} />`}
    <${TimeField} label="Until" value=${to} onInput=${setTo} zone=${zone} /><//>`;
}

/** @param {{schedule: string, zone: string, people: People, onClose: () => void}} props */
export function SwapForm({schedule, zone, people: {me, users, called}, onClose}) {
  const here = zoneName();
  const path = `/schedules/${encodeURIComponent(schedule)}`;
  const [shifts, setShifts] = useState(/** @type {ReturnType<typeof byPerson> | null} */ (null));
  const [asker, setAsker] = useState(me || users[0]);
  const [gives, setGives] = useState("");
  const [takes, setTakes] = useState("");
  useEffect(() => {
    const now = timeNow();
    const end = now + EIGHT_WEEKS;
    api.get(`${path}/shifts`, {from: iso(now), to: iso(end)}).then(
      // One that runs can be handed over, not swapped; the last one is cut where the answer ends.
      ({data}) => setShifts(byPerson(data).filter(({from, to}) => Date.parse(from) > now + SECOND && Date.parse(to) < end - SECOND)),
      (error) => {
        sayError(error);
        onClose();
      },
    );
  }, []);
  // The first field has the focus: it has to be there.
  if (!shifts) return null;
  const [own, theirs] = [shifts.filter((it) => it.user === asker), shifts.filter((it) => it.user !== asker)];
  const key = (/** @type {{user: string, from: string}} */ it) => `${it.user} ${it.from}`;
  const given = own.find((it) => key(it) === gives) || own[0];
  const taken = theirs.find((it) => key(it) === takes) || theirs[0];
  const run = async (/** @type {{reason?: string}} */ about) => {
    const span = (/** @type {typeof given} */ {from, to}) => ({from, to});
    await api.post(`${path}/swaps`, {...about, user: asker, with: taken.user, gives: span(given), takes: span(taken)});
    return `${called(taken.user)} is asked`;
  };
  const lacks = (/** @type {string} */ who) => html`<p class="problem">${who} no whole shift in the next eight weeks.</p>`;
  return html`<${Form} title=${`Swap in ${schedule}`} verb=${taken ? `Ask ${called(taken.user)}` : "Ask"} run=${run} onClose=${onClose} disabled=${!(given && taken)}>
    <p>Nothing changes before the other one accepts. Times are ${here}${zone !== here && `; the schedule’s zone is ${zone}`}.</p>
    ${can("config:write") && html`<${Select} label="Who asks" value=${asker} onInput=${setAsker} options=${users.map((it) => [it, called(it)])} />`}
    ${given ? html`<${Select} label="Give" value=${key(given)} onInput=${setGives} options=${own.map((it) => [key(it), fromTo(it)])} />` : lacks(asker === me ? "You have" : `${called(asker)} has`)}
    ${taken ? html`<${Select} label="Take for it" value=${key(taken)} onInput=${setTakes} options=${theirs.map((it) => [key(it), `${called(it.user)}, ${fromTo(it)}`])} />` : lacks("Nobody else has")}<//>`;
}
