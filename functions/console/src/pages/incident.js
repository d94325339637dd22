import {ApiError, api} from "../core/api.js";
import {useCommands} from "../core/commands.js";
import {useKeys} from "../core/keys.js";
import {touched, useLive} from "../core/live.js";
import {can} from "../core/me.js";
import {useNow} from "../core/times.js";
import {say} from "../core/toasts.js";
import {html, useState} from "../core/view.js";
import {actorName, capital, listed, plural} from "../core/words.js";
import {AskDialog, Picks, problemOf, sayAsked, useAskable} from "../parts/ask-dialog.js";
import {Button} from "../parts/button.js";
import {Field} from "../parts/field.js";
import {Gone, ReadOnly} from "../parts/gone.js";
import {Icon} from "../parts/icon.js";
import {Mark} from "../parts/mark.js";
import {Select} from "../parts/select.js";
import {Moment} from "../parts/timeline.js";
import {Time} from "../parts/time.js";
import {acknowledgeAll, AlertLine} from "./digest.js";
import {TitleDialog} from "./incidents.js";
import {Act} from "../parts/act.js";

export const incidentPage = {path: "/console/incidents/{id}", title: () => "Incident", component: IncidentPage};

const STATUSES = ["investigating", "identified", "monitoring"];
const SHOWN = 50; // of its alerts; the rest is asked for

/** @param {{params: Record<string, string>}} props */
function IncidentPage({params: {id}}) {
  const now = useNow(10_000);
  const path = `/incidents/${encodeURIComponent(id)}`;
  const [asked, setAsked] = useState("");
  const [shown, setShown] = useState(SHOWN);
  const {value, error} = useLive(async () => {
    const incident = (await api.get(path)).data;
    const found = await Promise.allSettled(incident.alert_ids.slice(0, shown).map((/** @type {string} */ it) => api.get(`/alerts/${it}`)));
    const lost = found.find((it) => it.status === "rejected" && !(it.reason instanceof ApiError && it.reason.status === 404));
    if (lost?.status === "rejected") throw lost.reason;
    return {incident, alerts: found.flatMap((it) => (it.status === "fulfilled" ? [it.value.data] : []))};
  }, [id, shown]);
  const isOpen = value?.incident.status !== "resolved";
  const acts = can("incidents") && Boolean(value) && isOpen;
  useKeys(acts ? {n: {run: () => setAsked("update"), says: "Update"}, r: {run: () => setAsked("resolve"), says: "Resolve"}, p: {run: () => setAsked("people"), says: "Ask people"}} : {});
  useCommands(acts ? [{name: "Attach alerts", run: () => setAsked("attach")}, {name: "Change title and severity", run: () => setAsked("change")}] : []);
  if (!value) return html`<${Gone} what="incident" error=${error} href="/console/incidents" />`;
  const {incident, alerts} = value;
  const firing = alerts.filter((it) => it.status === "firing");
  const people = incident.responders;
  const said = isOpen ? `${capital(incident.severity)}, ${incident.status}, ${people.length ? `${listed(people.map((/** @type {any} */ it) => capital(it.user)))} ${people.length > 1 ? "work" : "works"} on it` : "nobody was asked"}` : `Resolved by ${actorName(incident.resolved_by)}`;
  return html`<nav class="crumb" aria-label="You are here"><a href="/console/incidents"><${Icon} name="back" />Incidents</a></nav>
    <header class=${`head ${isOpen ? incident.severity : "good"}`}><${Mark} severity=${incident.severity} state=${isOpen ? (people.length ? "held" : "lone") : "over"} says=${`${capital(incident.severity)}, ${incident.status}`} />
      <div><h1><span class="is">${said}</span>${incident.title}</h1>
        <p>${incident.created_by === "auto" ? "Proposed by Tocsin" : `Opened by ${actorName(incident.created_by)}`} <${Time} at=${incident.created_at} as="day" />${incident.resolved_at && html`, resolved <${Time} at=${incident.resolved_at} as="day" />`}. ${plural(incident.alert_count, "alert")}.</p></div></header>
    ${acts && html`<div class="doing" role="group" aria-label="Actions"><${Button} solid icon="note" keys="n" onClick=${() => setAsked("update")}>Update<//>
        <${Button} icon="person" keys="p" onClick=${() => setAsked("people")}>Ask people<//><${Button} icon="resolve" keys="r" onClick=${() => setAsked("resolve")}>Resolve<//>
        <${Button} icon="plus" onClick=${() => setAsked("attach")}>Attach alerts<//><${Button} icon="edit" onClick=${() => setAsked("change")}>Change<//></div>`}
    <${ReadOnly} scope="incidents" what="incidents" />
    <div class="cols"><div class="side">
        <section class="panel pad"><h2>Updates</h2>${incident.updates.length ? html`<ol class="line">${[...incident.updates].reverse().map((it, index) => html`<${Update} key=${`${it.at} ${index}`} update=${it} now=${now} />`)}</ol>` : html`<p class="quiet">No update yet. Say what is known, so that nobody has to ask.</p>`}</section>
        <section><header class="lead"><h2>${plural(incident.alert_count, "alert")}</h2>${can("alerts:write") && firing.length > 0 && html`<${Act} small icon="check" run=${() => acknowledgeAll(firing)} doing="Acknowledging …">Acknowledge ${firing.length > 1 ? `these ${firing.length}` : "it"}<//>`}</header>
          ${alerts.length > 0 ? html`<ul class="panel listed">${alerts.map((it) => html`<${AlertLine} key=${it.id} alert=${it} now=${now} />`)}</ul>` : html`<p class="nothing">It has no alert.</p>`}
          ${incident.alert_count > shown && html`<p><${Button} onClick=${() => setShown(shown * 2)}>Show more of the ${incident.alert_count}<//></p>`}</section>
      </div>
      <aside class="side" aria-label="Facts"><section class="panel pad"><h2>Who works on it</h2>${people.length ? html`<ul class="crew">${people.map((/** @type {any} */ it) => html`<li key=${it.user}><b>${it.user}</b> <span class="quiet">asked by ${actorName(it.added_by)}, <${Time} at=${it.added_at} /></span>${it.note && html`<blockquote>${it.note}</blockquote>`}</li>`)}</ul>` : html`<p class="quiet">Nobody was asked yet.</p>`}</section>
        <section class="panel pad"><h2>Id</h2><code>${incident.id}</code></section></aside></div>
    ${asked && html`<${Question} what=${asked} incident=${incident} path=${path} onClose=${() => setAsked("")} />`}`;
}

/** @param {{update: any, now: number}} props */
function Update({update, now}) {
  const is = update.status && html`<span class="why">Now ${update.status}</span>`;
  return html`<li><${Icon} name=${update.status === "resolved" ? "resolve" : "note"} /><div><b>${capital(actorName(update.by))}</b>${is}${update.message && html`<blockquote>${update.message}</blockquote>`}</div><${Moment} at=${update.at} now=${now} /></li>`;
}

/** @param {{what: string, incident: any, path: string, onClose: () => void}} props */
function Question({what, ...props}) {
  return html`<${{update: Tell, people: Ask, attach: Attach, change: Change}[what] || Resolve} ...${props} />`;
}

/** @typedef {{incident: any, path: string, onClose: () => void}} Asked */

/** @param {Asked} props */
function Tell({incident, path, onClose}) {
  const [status, setStatus] = useState(incident.status);
  const run = async (/** @type {string} */ message) => {
    await api.post(`${path}/updates`, {message, ...(status === incident.status ? {} : {status})});
    say("Update written");
  };
  return html`<${AskDialog} title="Update" verb="Write it" note="What is known now" required run=${run} onClose=${onClose}><${Select} label="It is" value=${status} options=${STATUSES} onInput=${setStatus} /><//>`;
}

/** @param {Asked} props */
function Ask({incident, path, onClose}) {
  const askable = useAskable();
  const [users, setUsers] = useState(/** @type {string[]} */ ([]));
  const there = incident.responders.map((/** @type {any} */ it) => it.user);
  const run = async (/** @type {string} */ note) => {
    const {warnings} = await api.post(`${path}/responders`, {users, ...(note ? {note} : {})});
    sayAsked(`${listed(users)} asked`, warnings);
  };
  return html`<${AskDialog} title="Ask people" verb="Ask them" note="Note for them" ready=${users.length > 0} run=${run} onClose=${onClose}>
    <p>They are told at once, by their own rules, about the newest open alert of this incident.</p>
    ${askable ? html`<${Picks} first legend="People" names=${askable.users.filter((it) => !there.includes(it))} picked=${users} onPick=${setUsers} />` : html`<p class="quiet">Reading who there is …</p>`}<//>`;
}

/** @param {Asked} props */
function Attach({incident, path, onClose}) {
  const [text, setText] = useState("");
  const [picked, setPicked] = useState(/** @type {string[]} */ ([]));
  const {value, error} = useLive(async () => (await api.get("/alerts", {status: "firing,acknowledged", q: text, limit: 20})).data, [text]);
  const free = (value || []).filter((/** @type {any} */ it) => !incident.alert_ids.includes(it.id));
  const run = async () => {
    await api.post(`${path}/alerts`, {alert_ids: picked});
    say(`${plural(picked.length, "alert")} attached`);
  };
  const turn = (/** @type {string} */ id) => setPicked(picked.includes(id) ? picked.filter((it) => it !== id) : [...picked, id]);
  return html`<${AskDialog} title="Attach alerts" verb=${`Attach ${picked.length || ""}`} note=${null} ready=${picked.length > 0} run=${run} onClose=${onClose}>
    <${Field} label="Find open alerts" type="search" value=${text} onInput=${setText} />
    ${error && html`<p class="problem">${problemOf(error)}</p>`}
    <fieldset class="picks rowwise"><legend>${free.length ? "Open alerts" : "No other open alert matches."}</legend>${free.map((/** @type {any} */ it) => html`<label key=${it.id}><input type="checkbox" checked=${picked.includes(it.id)} onChange=${() => turn(it.id)} /><span>${it.summary || it.name}</span></label>`)}</fieldset><//>`;
}

/** @param {Asked} props */
function Change({incident, path, onClose}) {
  return html`<${TitleDialog} name="Change" verb="Change it" title=${incident.title} severity=${incident.severity} run=${(/** @type {unknown} */ said) => api.patch(path, said)} onClose=${onClose} />`;
}

/** @param {Asked} props */
function Resolve({path, onClose}) {
  const [withAlerts, setWith] = useState(false);
  const run = async (/** @type {string} */ note) => {
    let resolved = 0;
    let left = 1;
    // A hundred alerts a request: the incident itself is resolved with the last of them.
    for (let turn = 0; left > 0 && turn < 40; turn += 1) {
      const {data} = await api.post(`${path}/resolve`, {resolve_alerts: withAlerts, ...(note ? {note} : {})});
      resolved += data.resolved_alert_ids.length;
      left = data.alerts_left;
    }
    say(`Incident resolved${resolved ? `, and ${plural(resolved, "alert")}` : ""}`);
    await touched().catch(() => undefined);
  };
  return html`<${AskDialog} title="Resolve the incident" verb="Resolve" note="How it ended" run=${run} onClose=${onClose}>
    <p>It is over for everybody. Its alerts stay as they are, unless you resolve them too.</p>
    ${can("alerts:write") && html`<label class="check"><input type="checkbox" checked=${withAlerts} onChange=${() => setWith(!withAlerts)} />Resolve its open alerts too</label>`}<//>`;
}
