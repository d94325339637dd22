import {api} from "../core/api.js";
import {useKeys} from "../core/keys.js";
import {useLive} from "../core/live.js";
import {can} from "../core/me.js";
import {go, useRoute} from "../core/routes.js";
import {html, useState} from "../core/view.js";
import {actorName, capital, listed, number, plural} from "../core/words.js";
import {AskDialog, Picks, sayAsked, useAskable} from "../parts/ask-dialog.js";
import {Banner} from "../parts/banner.js";
import {Button} from "../parts/button.js";
import {Field} from "../parts/field.js";
import {Gone, ReadOnly} from "../parts/gone.js";
import {Mark} from "../parts/mark.js";
import {Select} from "../parts/select.js";
import {Tabs} from "../parts/tabs.js";
import {Tag} from "../parts/tag.js";
import {Time} from "../parts/time.js";

export const incidentsPage = {path: "/console/incidents", title: () => "Incidents", component: Incidents};

const PART = 50;

function Incidents() {
  const {query} = useRoute();
  const isOpen = query.status !== "resolved";
  const [count, setCount] = useState(PART);
  const [isAsked, setAsked] = useState(false);
  const {value, error} = useLive(async () => {
    const [page, storm] = await Promise.all([api.get("/incidents", {open: isOpen, limit: Math.min(count, 200)}), api.get("/storm")]);
    return {rows: page.data, hasMore: page.has_more, storm: storm.data};
  }, [isOpen, count]);
  useKeys(can("incidents") ? {c: {run: () => setAsked(true), says: "Open an incident"}} : {});
  const tabs = [{name: "Open", href: "/console/incidents", isHere: isOpen}, {name: "Resolved", href: "/console/incidents?status=resolved", isHere: !isOpen}];
  if (!value) return html`<${Gone} what="list" error=${error} />`;
  const {rows, hasMore, storm} = value;
  const sentence = !isOpen ? (rows.length ? "Incidents that are over" : "No incident is over yet") : rows.length ? `${plural(rows.length, "incident")} open` : "No incident is open";
  return html`<header class="lead"><h1>${sentence}${hasMore && " or more"}</h1><div class="do">${can("incidents") && html`<${Button} icon="plus" keys="c" onClick=${() => setAsked(true)}>Open an incident<//>`}</div></header>
    ${storm.active && html`<${StormBanner} storm=${storm} />`}
    <${Tabs} label="Which incidents" tabs=${tabs} />
    ${rows.length > 0 ? html`<ul class="panel listed">${rows.map((/** @type {any} */ it) => html`<${IncidentLine} key=${it.id} incident=${it} />`)}</ul>`
      : html`<p class="nothing">${isOpen ? "An incident is for what several people work on: open one here, or from an alert. One is proposed by itself for a storm." : "Once an incident is resolved it is listed here."}</p>`}
    ${hasMore && count < 200 && html`<${Button} onClick=${() => setCount(count * 2)}>Show more<//>`}
    <${ReadOnly} scope="incidents" what="incidents" />
    ${isAsked && html`<${OpenOne} onClose=${() => setAsked(false)} />`}`;
}

/** @param {{storm: any}} props */
export function StormBanner({storm}) {
  const groups = storm.groups.slice(0, 4).map((/** @type {any} */ it) => `${it.name} ${number(it.opened)}`);
  const act = storm.incident_id && html`<a class="btn" href=${`/console/incidents/${storm.incident_id}`}>Show its incident</a>`;
  return html`<${Banner} kind="warn" icon="storm" says="Storm" fact=${html`A storm: ${plural(storm.opened, "alert")} since <${Time} at=${storm.since} />`} act=${act}>
    <p>${groups.length ? `Of ${listed(groups)}. ` : ""}${storm.incident_id ? "One incident holds them all." : "An incident is proposed within a minute."}</p><//>`;
}

/** @param {{incident: any}} props */
function IncidentLine({incident: it}) {
  const isOver = it.status === "resolved";
  const people = it.responders.map((/** @type {any} */ each) => each.user);
  return html`<li class=${isOver ? "over" : people.length ? "held" : "lone"}><${Mark} severity=${it.severity} state=${isOver ? "over" : people.length ? "held" : "lone"} says=${`${capital(it.severity)}, ${it.status}`} />
    <div><a class="name" href=${`/console/incidents/${it.id}`}>${it.title}</a>
      <span class="quiet">${[plural(it.alert_count, "alert"), people.length ? listed(people) : "nobody was asked", it.created_by === "auto" ? "proposed by Tocsin" : `opened by ${actorName(it.created_by)}`].join(", ")}</span></div>
    <span class="since num"><${Time} at=${isOver ? it.resolved_at : it.created_at} as="ago" /></span><${Tag}>${capital(it.status)}<//></li>`;
}

/** @param {{onClose: () => void}} props */
function OpenOne({onClose}) {
  const askable = useAskable();
  const [responders, setResponders] = useState(/** @type {string[]} */ ([]));
  const run = async (/** @type {Record<string, string>} */ said) => {
    const {data, warnings} = await api.post("/incidents", {...said, responders});
    sayAsked("Incident opened", warnings);
    go(`/console/incidents/${data.id}`);
  };
  return html`<${TitleDialog} name="Open an incident" verb="Open it" title="" severity="warning" run=${run} onClose=${onClose}>
    ${askable && html`<${Picks} legend="Who works on it" names=${askable.users} picked=${responders} onPick=${setResponders} />`}<//>`;
}

/**
 * What is broken, and how bad it is.
 * @param {{name: string, verb: string, title: string, severity: string, run: (said: {title: string, severity: string}) => Promise<unknown>, onClose: () => void,
 *   children?: import("../vendor/preact.js").Children}} props
 */
export function TitleDialog({name, verb, run, onClose, children, ...before}) {
  const [title, setTitle] = useState(before.title);
  const [severity, setSeverity] = useState(before.severity);
  return html`<${AskDialog} title=${name} verb=${verb} note=${null} ready=${Boolean(title.trim())} run=${() => run({title, severity})} onClose=${onClose}>
    <${Field} label="Title" value=${title} onInput=${setTitle} required help="What is broken, for whom" more=${{maxLength: 256}} />
    <${Select} label="How bad" value=${severity} options=${["critical", "warning", "info"]} onInput=${setSeverity} />${children}<//>`;
}
