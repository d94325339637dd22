/** What people change on the On-call page: a shift is taken, handed over, overridden, swapped. */

import {api} from "../core/api.js";
import {touched} from "../core/live.js";
import {can} from "../core/me.js";
import {timeNow, zoneName} from "../core/times.js";
import {say} from "../core/toasts.js";
import {html, useEffect, useState} from "../core/view.js";
import {byPerson, fromTo, instantOf, offsetInWords, wallAt, when} from "../core/week.js";
import {listed} from "../core/words.js";
import {Button} from "../parts/button.js";
import {Dialog} from "../parts/dialog.js";
import {Field} from "../parts/field.js";
import {Select} from "../parts/select.js";

const WEEK = 7 * 86_400_000;
const SWAPS_WITHIN = 8 * WEEK;

/**
 * @typedef {object} Draft what a form begins with
 * @property {"take" | "give" | "override"} mode
 * @property {string} schedule
 * @property {string} zone of the schedule
 * @property {string[]} people who are on call in that time
 * @property {number} from ms; in the past: from now on
 * @property {number | null} to ms
 * @property {string} [user] who is on call then
 * @property {string} [instead] whose place it is; "": that of all
 */

/** @param {unknown} error */
function inWords(error) {
  const {details = [], message} = /** @type {import("../core/api.js").ApiError} */ (error);
  const words = /** @type {Record<string, string>} */ ({to: "Until", from: "From", user: "The person", for: "In place of", gives: "What is given", takes: "What is taken"});
  return details.length ? details.map(({field, problem}) => `${words[field] || field} ${problem}.`).join(" ") : message;
}

/**
 * A dialog with fields. `run` answers what is said afterwards.
 * @param {{title: string, verb: string, run: () => Promise<string>, onClose: () => void, disabled?: boolean, children: import("../vendor/preact.js").Children}} props
 */
function Form({title, verb, run, onClose, disabled, children}) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setProblem("");
    try {
      const said = await run();
      await touched().catch(() => undefined);
      say(said);
      onClose();
    } catch (error) {
      setProblem(inWords(error));
      setBusy(false);
    }
  };
  return html`<${Dialog} title=${title} onClose=${onClose}><form class="fields" onSubmit=${submit}>${children}
    ${problem && html`<p class="problem" role="alert">${problem}</p>`}
    <div class="do"><${Button} solid type="submit" busy=${isBusy} disabled=${disabled}>${verb}<//><${Button} onClick=${onClose}>Cancel<//></div>
  </form><//>`;
}

/** @param {{label: string, value: string, onInput: (value: string) => void, zone: string}} props zone: of the schedule */
function TimeField({label, value, onInput, zone}) {
  const here = zoneName();
  const at = value ? instantOf(value, here) : timeNow();
  const there = zone === here ? "" : `; ${when(new Date(at).toISOString(), zone, timeNow())} in ${zone}`;
  return html`<${Field} label=${label} type="datetime-local" value=${value} onInput=${onInput} required
    help=${`${here}, ${offsetInWords(at, here)}${there}`} />`;
}

const KINDS = /** @type {[string, string][]} */ ([
  ["replace", "Instead of those on call"],
  ["add", "As well as those on call"],
  ["remove", "Not on call"],
]);
const TITLES = {take: "Take", give: "Hand over", override: "Override"};

/**
 * @param {{draft: Draft, users: string[], me: string | null, called: (name: string) => string, onClose: () => void}} props
 *   users: all, of whom only an administrator names others than themselves
 */
export function OverrideForm({draft, users, me, called, onClose}) {
  const {mode, schedule, zone, people} = draft;
  const here = zoneName();
  const isAdmin = can("config:write");
  const others = mode === "give" ? users.filter((it) => it !== draft.instead) : users;
  const [kind, setKind] = useState("replace");
  const [user, setUser] = useState(draft.user || (mode === "give" ? others[0] : me || users[0]) || "");
  const [instead, setInstead] = useState(draft.instead || "");
  const isRunning = draft.from <= timeNow();
  const [from, setFrom] = useState(wallAt(Math.max(draft.from, timeNow()), here));
  const [to, setTo] = useState(draft.to ? wallAt(draft.to, here) : "");
  const [reason, setReason] = useState("");
  const isMine = !isAdmin && mode !== "give";
  // A person's own shifts only: those whom a responder names stand in for them, or are themselves.
  const mayName = isAdmin || mode === "give" || (mode === "override" && kind === "replace" && instead === me) ? others : others.filter((it) => it === me);
  const whose = mode === "override" ? users : people;
  const hasPlace = kind === "replace" && mode !== "give" && (mode === "override" || people.length > 1);
  const name = mayName.includes(user) ? user : mayName[0] || "";
  const run = async () => {
    const ends = new Date(instantOf(to, here)).toISOString();
    const place = mode === "take" && people.length === 1 && !isRunning ? people[0] : instead;
    const about = {user: name, ...(place && kind === "replace" ? {for: place} : {}), ...(reason ? {reason} : {})};
    const path = `/schedules/${encodeURIComponent(schedule)}`;
    if (mode === "take" && isRunning) await api.post(`${path}/take`, {...about, until: ends});
    else {
      const begins = new Date(Math.max(instantOf(from, here), timeNow())).toISOString();
      const how = mode === "take" && !people.length ? "add" : kind;
      await api.post(`${path}/overrides`, {...about, kind: how, from: begins, to: ends});
    }
    const whom = name === me ? "You are" : `${called(name)} is`;
    return kind === "remove" ? `${whom} not on call until ${when(ends, here, timeNow())}` : `${whom} on call in ${schedule} until ${when(ends, here, timeNow())}`;
  };
  const names = (/** @type {string[]} */ list) => list.map((it) => /** @type {[string, string]} */ ([it, it === me ? `${called(it)}, you` : called(it)]));
  const verb = mode === "take" ? "Take this shift" : mode === "give" ? `Hand over to ${called(name)}` : "Make the override";
  const relieved = people.filter((it) => it !== name);
  return html`<${Form} title=${`${TITLES[mode]} ${mode === "override" ? `in ${schedule}` : schedule}`} verb=${verb} run=${run} onClose=${onClose} disabled=${!name}>
    ${mode === "take" && html`<p>${name === me ? "You are" : `${called(name)} is`} paged ${relieved.length ? `instead of ${listed((instead ? [instead] : relieved).map(called))}, who ${relieved.length > 1 && !instead ? "are" : "is"} told.` : "where nobody is."}</p>`}
    ${mode === "give" && html`<p>Whoever takes it is told. To ask before, swap instead.</p>`}
    ${mode === "override" && html`<${Select} label="What" value=${kind} onInput=${setKind} options=${KINDS} />`}
    ${hasPlace && html`<${Select} label="In place of" value=${instead} onInput=${setInstead} options=${[["", "All who are on call"], ...names(whose)]} />`}
    ${isMine && mode === "take" ? null : html`<${Select} label=${mode === "give" ? "To whom" : "Who"} value=${name} onInput=${setUser} options=${names(mayName)}
      help=${isMine && mayName.length === 1 && kind === "replace" ? "To name somebody else, say that it is in place of you." : undefined} />`}
    ${!(mode === "take" && isRunning) && html`<${TimeField} label="From" value=${from} onInput=${setFrom} zone=${zone} />`}
    <${TimeField} label="Until" value=${to} onInput=${setTo} zone=${zone} />
    <${Field} label="Reason, if you like" value=${reason} onInput=${setReason} more=${{maxlength: 300, autocomplete: "off"}} />
  <//>`;
}

/** @typedef {{user: string, from: string, to: string}} Own */

/**
 * @param {{schedule: string, zone: string, users: string[], me: string | null, called: (name: string) => string, onClose: () => void}} props
 */
export function SwapForm({schedule, zone, users, me, called, onClose}) {
  const here = zoneName();
  const isAdmin = can("config:write");
  const [shifts, setShifts] = useState(/** @type {Own[] | null} */ (null));
  const [asker, setAsker] = useState(me || users[0] || "");
  const [gives, setGives] = useState("");
  const [takes, setTakes] = useState("");
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState("");
  useEffect(() => {
    const now = timeNow();
    const query = {from: new Date(now).toISOString(), to: new Date(now + SWAPS_WITHIN).toISOString()};
    api.get(`/schedules/${encodeURIComponent(schedule)}/shifts`, query).then(
      // One that runs can be handed over, not swapped.
      ({data}) => setShifts(byPerson(data).filter((it) => Date.parse(it.from) > now + 1000)),
      (error) => setProblem(error.message),
    );
  }, [schedule]);
  const key = (/** @type {Own} */ it) => `${it.user} ${it.from}`;
  const words = (/** @type {Own} */ it) => fromTo(it, here);
  const own = (shifts || []).filter((it) => it.user === asker);
  const theirs = (shifts || []).filter((it) => it.user !== asker);
  const given = own.find((it) => key(it) === gives) || own[0];
  const taken = theirs.find((it) => key(it) === takes) || theirs[0];
  const run = async () => {
    const span = (/** @type {Own} */ {from, to}) => ({from, to});
    await api.post(`/schedules/${encodeURIComponent(schedule)}/swaps`, {
      with: taken.user,
      gives: span(given),
      takes: span(taken),
      ...(asker === me ? {} : {user: asker}),
      ...(reason ? {reason} : {}),
    });
    return `${called(taken.user)} is asked`;
  };
  const isPossible = Boolean(given && taken);
  // The first field has the focus: it has to be there.
  if (!shifts && !problem) return null;
  return html`<${Form} title=${`Swap in ${schedule}`} verb=${taken ? `Ask ${called(taken.user)}` : "Ask"} run=${run} onClose=${onClose} disabled=${!isPossible}>
    <p>Nothing changes before the other one accepts. Times are ${here}${zone === here ? "" : `; the schedule's zone is ${zone}`}.</p>
    ${isAdmin && html`<${Select} label="Who asks" value=${asker} onInput=${setAsker} options=${users.map((it) => /** @type {[string, string]} */ ([it, called(it)]))} />`}
    ${shifts && html`
      ${own.length ? html`<${Select} label="Give" value=${key(given)} onInput=${setGives} options=${own.map((it) => [key(it), words(it)])} />` : html`<p class="problem">${asker === me ? "You have" : `${called(asker)} has`} no shift in the next eight weeks that has not begun.</p>`}
      ${theirs.length ? html`<${Select} label="Take for it" value=${key(taken)} onInput=${setTakes} options=${theirs.map((it) => [key(it), `${called(it.user)}, ${words(it)}`])} />` : html`<p class="problem">Nobody else has a shift in the next eight weeks.</p>`}`}
    ${problem && html`<p class="problem" role="alert">${problem}</p>`}
    <${Field} label="Reason, if you like" value=${reason} onInput=${setReason} more=${{maxlength: 300, autocomplete: "off"}} />
  <//>`;
}
