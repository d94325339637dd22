/** Activity: who changed what, and when; what people did with alerts; sessions and keys. */

import {addressOf, api} from "../core/api.js";
import {useLive} from "../core/live.js";
import {setQuery, useRoute} from "../core/routes.js";
import {dayAndTime, inFull, timeNow} from "../core/times.js";
import {html, useState} from "../core/view.js";
import {actorName, capital, plural} from "../core/words.js";
import {Banner} from "../parts/banner.js";
import {Button} from "../parts/button.js";
import {Empty} from "../parts/empty.js";
import {Icon} from "../parts/icon.js";
import {Select} from "../parts/select.js";
import {Skeleton} from "../parts/skeleton.js";

const PATH = "/console/activity";
const ROWS = 50;
const SETTABLE = ["user", "channel", "integration", "heartbeat", "escalation-policy", "route", "schedule", "silence", "maintenance-window", "key"];
const KINDS = ["alert", "incident", ...SETTABLE, "override", "swap", "feed", "settings", "session"];

/** @type {Record<string, string>} */
const VIA = {api: "by API", console: "in the console", link: "by a link", slack: "in Slack", phone: "by phone", integration: "by its sender"};

/** @param {string} kind */
const words = (kind) => (kind === "key" ? "API key" : kind.replaceAll("-", " "));

/** @param {string} by */
const who = (by) => (by === "file:team" ? "the team file" : actorName(by));

/** Its name; of what has only an id, the name it was given here or the end of the id. @param {any} it */
function called({name, changes}) {
  if (!/^[0-9A-HJKMNP-TV-Z]{26}$/.test(name)) return name;
  return changes?.find((/** @type {any} */ {field}) => field === "name" || field === "title")?.after || `…${name.slice(-6)}`;
}

/** Where a thing is shown; null: nowhere. @param {any} it */
function pageOf({kind, name, action, alert_id: alert}) {
  if (alert || kind === "alert") return `/console/alerts/${encodeURIComponent(alert || name)}`;
  if (kind === "incident") return `/console/incidents/${encodeURIComponent(name)}`;
  if (kind === "settings") return "/console/set-up/settings";
  if (!SETTABLE.includes(kind) || action === "deleted") return null;
  return `/console/set-up/${kind.replace(/y$/, kind === "key" ? "y" : "ie")}s/${encodeURIComponent(name)}`;
}

/** Midnight here, as the API takes it. @param {string | undefined} day @param {number} [later] days */
function midnight(day, later = 0) {
  if (!day) return null;
  const at = new Date(`${day}T00:00:00`);
  at.setDate(at.getDate() + later);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** @param {Record<string, string>} query */
const filtersOf = ({by, kind, from, to}) => ({by, kind, from: midnight(from), to: midnight(to, 1)});

function Activity() {
  const {query} = useRoute();
  const filters = filtersOf(query);
  const said = JSON.stringify(filters);
  const {value: first, error} = useLive(() => api.get("/activity", {...filters, limit: ROWS}), [said]);
  const [more, setMore] = useState({said, rows: /** @type {any[]} */ ([]), cursor: /** @type {string | null | undefined} */ (undefined), isBusy: false, problem: ""});
  const kept = more.said === said ? more : {said, rows: [], cursor: undefined, isBusy: false, problem: ""};
  const cursor = kept.cursor === undefined ? first?.next_cursor : kept.cursor;
  const loadMore = async () => {
    setMore({...kept, isBusy: true});
    try {
      const answer = await api.get("/activity", {...filters, limit: ROWS, cursor});
      setMore({...kept, rows: [...kept.rows, ...answer.data], cursor: answer.next_cursor, isBusy: false});
    } catch (problem) {
      setMore({...kept, isBusy: false, problem: /** @type {Error} */ (problem).message});
    }
  };
  const isFiltered = ["by", "kind", "from", "to"].some((name) => query[name]);
  // A row that came meanwhile moves those of the second part: each is shown once.
  const rows = [...new Map([...(first?.data || []), ...kept.rows].map((it) => [it.id, it])).values()];
  return html`<div class="activity"><header class="lead"><h1>${rows[0] ? capital(`${who(rows[0].by)} ${rows[0].action} ${words(rows[0].kind)} ${called(rows[0])}`) : "Activity"}</h1>
      <div class="do"><a class="btn" download href=${addressOf("/activity", {...filters, format: "csv"})}><${Icon} name="out" />Export CSV</a></div></header>
    <p class="quiet">Who changed what, and when. Newest first; never a secret.</p>
    <${Filters} key=${JSON.stringify([query.by, query.kind, query.from, query.to])} query=${query} />
    ${error && !first && html`<${Banner} icon="reach" kind="bad" fact=${error.message} live />`}
    ${!first && !error && html`<${Skeleton} lines=${8} />`}
    ${first && !rows.length && !cursor && html`<${Empty} title=${isFiltered ? "Nothing matches" : "Nothing yet"} why=${isFiltered ? "Nobody did anything like that in this time." : "Changes of the set-up and what people do with alerts appear here."} act=${isFiltered && html`<a class="btn" href=${PATH}>Show everything</a>`} />`}
    ${byDay(rows).map(([day, those]) => html`<section key=${day}><h2>${day} <span class="num quiet">${plural(those.length, "row")}</span></h2><ol class="panel done">${those.map((it) => html`<${Row} key=${it.id} it=${it} />`)}</ol></section>`)}
    ${cursor && html`<div class="do"><${Button} busy=${kept.isBusy} onClick=${loadMore}>${kept.isBusy ? "Loading …" : "Show older"}<//></div>`}
    ${kept.problem && html`<p class="problem" role="alert">${kept.problem}</p>`}</div>`;
}

const TIME = new Intl.DateTimeFormat("en-GB", {hour: "2-digit", minute: "2-digit"});
const DAY = new Intl.DateTimeFormat("en-GB", {weekday: "long", day: "numeric", month: "long", year: "numeric"});

/** @param {any[]} rows @returns {[string, any[]][]} */
function byDay(rows) {
  /** @type {Map<string, any[]>} */
  const days = new Map();
  for (const it of rows) {
    const day = DAY.format(new Date(it.at));
    days.set(day, [...(days.get(day) || []), it]);
  }
  return [...days];
}

/** @param {{query: Record<string, string>}} props */
function Filters({query}) {
  const [by, setBy] = useState(query.by || "");
  const press = (/** @type {Event} */ event) => {
    event.preventDefault();
    setQuery({by: by.trim()});
  };
  const day = (/** @type {string} */ name, /** @type {string} */ label) => html`<label class="field"><span>${label}</span><input type="date" value=${query[name] || ""} onChange=${(/** @type {any} */ event) => setQuery({[name]: event.currentTarget.value})} /></label>`;
  return html`<form class="filters" onSubmit=${press}>
    <label class="field"><span>Who</span><input value=${by} placeholder="alice" autocapitalize="off" spellcheck=${false} onInput=${(/** @type {any} */ event) => setBy(event.currentTarget.value)} onBlur=${press} /></label>
    <${Select} label="What" value=${query.kind || ""} onInput=${(/** @type {string} */ kind) => setQuery({kind})} options=${[["", "Everything"], ...KINDS.map((kind) => [kind, capital(words(kind))])]} />
    ${day("from", "From")}${day("to", "Until")}
    ${Object.keys(query).length > 0 && html`<a class="btn bare" href=${PATH}>Clear</a>`}</form>`;
}

/** @param {{it: any}} props */
function Row({it}) {
  const {at, by, via, kind, action, changes} = it;
  const href = pageOf(it);
  const name = called(it);
  return html`<li><time datetime=${at} title=${inFull(at)}>${TIME.format(new Date(at))}</time><div><b>${who(by)}</b> ${action} ${words(kind)} ${href ? html`<a href=${href}>${name}</a>` : name}<span class="quiet"> ${VIA[via] || ""}</span>
    ${changes?.length > 0 && html`<dl>${changes.map((/** @type {any} */ {field, before, after}) => html`<div key=${field}><dt>${field.replaceAll("_", " ")}</dt><dd>${before !== null && before !== undefined && html`<del>${shown(before)}</del> → `}<ins>${after === null || after === undefined ? "nothing" : shown(after)}</ins></dd></div>`)}</dl>`}</div></li>`;
}

/** @param {unknown} value */
function shown(value) {
  if (Array.isArray(value) && value.length && value.every((it) => typeof it === "string")) return value.join(", ");
  if (typeof value !== "string") return JSON.stringify(value);
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? dayAndTime(value, timeNow()) : value || '""';
}

/** @type {import("../core/types.js").Page} */
export const activityPage = {path: PATH, title: () => "Activity", component: Activity};
