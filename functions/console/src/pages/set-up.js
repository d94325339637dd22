/** Set-up: what the team has configured, each object's page, and its form. */

import {api, getAll} from "../core/api.js";
import {touched, useLive} from "../core/live.js";
import {can, useMe} from "../core/me.js";
import {go, useRoute} from "../core/routes.js";
import {newStore, useStore} from "../core/store.js";
import {say} from "../core/toasts.js";
import {html, useMemo, useRef, useState} from "../core/view.js";
import {capital, plural} from "../core/words.js";
import {Banner} from "../parts/banner.js";
import {Button} from "../parts/button.js";
import {Confirm} from "../parts/confirm.js";
import {Empty} from "../parts/empty.js";
import {Form, withoutNulls} from "../parts/form.js";
import {Icon} from "../parts/icon.js";
import {Skeleton} from "../parts/skeleton.js";
import {Table} from "../parts/table.js";
import {Tag} from "../parts/tag.js";
import {cellsOf, noteOf, settingsOf, useNouns} from "./set-up-nouns.js";
import {Panels, TypePicker} from "./set-up-panels.js";

const HOME = "/console/set-up";
const OBJECTS = 2_000; // of a list; more are found by their address

/** What is shown once, by address, until the page is left. @type {Map<string, any>} */
const shownOnce = new Map();

/** What the stack said of the last change. */
const told = newStore(/** @type {{fact: string, lines: string[], isBad: boolean} | null} */ (null));

/** @param {string} fact @param {{field: string, problem: string}[]} warnings */
function tell(fact, warnings) {
  const lines = warnings.map(({field, problem}) => capital(`${field.replaceAll("_", " ")}: ${problem}.`));
  told.set(lines.length ? {fact, lines, isBad: false} : null);
  if (!lines.length) say(fact);
}

function Told() {
  const now = useStore(told);
  if (!now) return null;
  const close = html`<${Button} small onClick=${() => told.set(null)}>Close<//>`;
  return html`<${Banner} icon="reach" kind=${now.isBad ? "bad" : "warn"} fact=${now.fact} act=${close} live>${now.lines.map((line) => html`<p key=${line}>${line}</p>`)}<//>`;
}

/** @param {Noun} noun */
const article = ({one}) => `${/^[aeiouA]/.test(one) && !one.startsWith("user") ? "an" : "a"} ${one}`;

/** @param {{to?: string, words?: string}} props */
const Crumb = ({to = HOME, words = "Set-up"}) => html`<p class="crumb"><a href=${to}><${Icon} name="back" />${words}</a></p>`;

/** @param {{error: Error}} props */
const Failed = ({error}) => html`<${Banner} icon="reach" kind="bad" fact=${error.message} live />`;

/** Whether this person may change it, as a hook: it is drawn anew when the person is known. @param {string} [scope] */
function useMay(scope = "config:write") {
  useMe();
  return can(scope);
}

/** @typedef {import("./set-up-nouns.js").Noun} Noun */

/** @param {{nouns: Record<string, Noun>}} props */
function Overview({nouns}) {
  const {value: reach, error} = useLive(async () => (await api.get("/reachability")).data);
  if (!reach) return error ? html`<${Failed} error=${error} />` : html`<${Skeleton} />`;
  const wrong = reach.problems.length;
  return html`<div class="now"><h1>${wrong ? `${plural(wrong, "thing")} to look at` : "Nothing keeps a critical page from people"}</h1>
      <p>${wrong ? html`<a href="/console/reachability">What, and how to mend it</a>` : "As far as the set-up can tell."}</p></div><${Told} />
    <ul class="nouns">${Object.entries(nouns).map(([noun, {many, icon, about}]) => html`<li key=${noun}><a class="panel" href=${`${HOME}/${noun}`}><${Icon} name=${icon} /><b>${capital(many)}</b><span>${about}</span></a></li>`)}</ul>`;
}

/** @param {{path: string, noun: Noun}} props */
function List({path, noun}) {
  const may = useMay(noun.scope);
  const {value: list, error} = useLive(async () => (await getAll(`/${path}`, {}, OBJECTS)).rows, [path]);
  const {value: lastAlerts} = useLive(() => (path === "integrations" ? newestAlerts() : Promise.resolve({})), [path]);
  if (!list) return error ? html`<${Crumb} /><${Failed} error=${error} />` : html`<${Skeleton} />`;
  const add = may && html`<a class="btn solid" href=${`${HOME}/${path}?new=1`}><${Icon} name="plus" />${capital(`new ${noun.one}`)}</a>`;
  if (!list.length) return html`<${Crumb} /><${Told} /><${Empty} title=${`No ${noun.many}`} why=${noun.about} act=${add} />`;
  const rows = list.map((it) => {
    const id = it.id || it.name;
    const label = html`<a href=${`${HOME}/${path}/${encodeURIComponent(id)}`}>${it.name}</a>${it.managed_by && html` <${Tag}>${it.managed_by}<//>`}`;
    return {key: id, cells: [label, ...cellsOf(noun, it, lastAlerts || {}).map(([, cell]) => cell)]};
  });
  const heads = ["Name", ...noun.cells.map(([head]) => head)];
  return html`<${Crumb} /><div class="lead"><h1>${[plural(list.length, noun.one, noun.many), noteOf(noun, list)].filter(Boolean).join(", ")}</h1>${add}</div>
    <${Told} /><${Table} caption=${capital(noun.many)} columns=${heads} rows=${rows} />`;
}

/** When the newest alert of each integration was last seen, of the newest 200 alerts. */
async function newestAlerts() {
  const {data} = await api.get("/alerts", {limit: 200}).catch(() => ({data: []}));
  /** @type {Record<string, string>} */
  const newest = {};
  for (const {integration, last_seen_at: at} of data) if (!newest[integration] || newest[integration] < at) newest[integration] = at;
  return newest;
}

/** @param {{path: string, noun: Noun}} props */
function New({path, noun}) {
  const {query} = useRoute();
  const may = useMay(noun.scope);
  const begin = useMemo(() => ({...noun.begin, ...prefilled(noun, query)}), [path]);
  const type = path === "integrations" ? query.new : "";
  const fields = useMemo(() => [
    ...(noun.isPosted ? [] : [{name: "name", label: "Name", required: true, like: path === "users" ? "alice" : "payments", help: `${path === "users" ? "Letters" : "a to z"}, digits and -; it cannot be changed later.`}]),
    ...(noun.fields || [{name: "$", label: "Settings as JSON", kind: "json", required: true}]).filter((field) => !field.when || path === "channels" || field.when.includes(type || "")),
  ], [path, type]);
  if (!may) return html`<${Crumb} /><${Banner} icon="key" fact="You may not change this." />`;
  if (path === "integrations" && type === "1") return html`<${Crumb} to=${`${HOME}/integrations`} words="Integrations" /><${TypePicker} />`;
  const submit = async (/** @type {any} */ {name, $, ...values}) => {
    told.set(null);
    const body = {...withoutNulls($ || values), ...(type ? {type} : {}), ...(noun.isPosted && name ? {name} : {})};
    if (!noun.isPosted) await expectNone(noun, path, name);
    const answer = noun.isPosted ? await api.post(`/${path}`, body) : await api.put(`/${path}/${encodeURIComponent(name)}`, body);
    const address = `${HOME}/${path}/${encodeURIComponent(answer.data.id || answer.data.name)}`;
    shownOnce.set(address, answer.data);
    tell(`${answer.data.name} is there`, answer.warnings);
    touched().catch(() => undefined);
    go(address, {replace: true});
  };
  return html`<${Crumb} to=${`${HOME}/${path}`} words=${capital(noun.many)} /><div class="now"><h1>${capital(`new ${noun.one}`)}${type && `: ${type}`}</h1><p>${noun.about}</p></div>
    <section class="panel pad"><${Form} fields=${fields} values=${noun.fields ? begin : {$: noun.blank}} submit=${submit} says=${`Make ${article(noun)}`} /></section>`;
}

/** Fields that the address fills in, as ?match=…: lists a line each. @param {Noun} noun @param {Record<string, string>} query */
const prefilled = (noun, query) =>
  Object.fromEntries((noun.fields || []).filter(({name}) => query[name]).map(({name, kind}) => [name, kind === "lines" ? query[name]?.split("\n") : query[name]]));

/** PUT would replace one of the same name. @param {Noun} noun @param {string} path @param {string} name */
async function expectNone(noun, path, name) {
  const isThere = (await getAll(`/${path}`, {}, OBJECTS)).rows.some((it) => it.name.toLowerCase() === name.toLowerCase());
  if (isThere) throw new Error(`There is ${article(noun)} ${name} already.`);
}

/** @param {{path: string, id: string, noun: Noun}} props */
function One({path, id, noun}) {
  const {path: address} = useRoute();
  const may = useMay(noun.scope);
  const isTeam = path === "settings"; // the one object of its noun
  const put = isTeam ? "/settings" : `/${path}/${encodeURIComponent(id)}`;
  const isGone = useRef(false); // then it is not asked for any more
  const {value: it, error, refresh} = useLive(async () => (isGone.current ? null : (await api.get(put)).data), [put]);
  const [saved, setSaved] = useState(0);
  const [asks, setAsks] = useState(false);
  const crumb = isTeam ? html`<${Crumb} />` : html`<${Crumb} to=${`${HOME}/${path}`} words=${capital(noun.many)} />`;
  if (!it) return error ? html`${crumb}<${Failed} error=${error} />` : html`<${Skeleton} />`;
  const own = !it.managed_by;
  const isOver = it.status === "expired";
  const save = async (/** @type {any} */ answer) => {
    if (answer.data.signing_secret) shownOnce.set(address, answer.data);
    tell("Saved", answer.warnings);
    await refresh();
    setSaved(saved + 1);
    touched().catch(() => undefined);
  };
  const change = async (/** @type {any} */ _all, /** @type {any} */ changes) => {
    told.set(null);
    if (!Object.keys(changes).length) return say("Nothing was changed");
    return save(await api.patch(put, changes));
  };
  const replace = async (/** @type {any} */ {$}) => save(await api.put(put, $));
  const remove = async () => {
    try {
      const {warnings} = await api.remove(put);
      shownOnce.delete(address);
      isGone.current = noun.scope !== "silences";
      tell(`${it.name} is ${noun.ends ? (path === "keys" ? "revoked" : "ended") : "deleted"}`, warnings);
      if (noun.scope !== "silences") go(`${HOME}/${path}`, {replace: true});
    } catch (problem) {
      told.set({fact: /** @type {Error} */ (problem).message, lines: [], isBad: true});
    }
  };
  const fields = (noun.fields || []).filter((field) => !field.when || path === "channels" || field.when.includes(it.type));
  const verb = `${noun.ends || "Delete"}${noun.ends ? "" : ` ${it.name}`}`;
  return html`${crumb}<div class="lead"><h1>${isTeam ? "The team's settings" : it.name}</h1>${may && own && !isOver && !isTeam && html`<${Button} says=${verb} onClick=${() => setAsks(true)}>${noun.ends || "Delete"}<//>`}</div>
    <${Told} />${error && "status" in error && html`<${Failed} error=${error} />`}
    ${!own && html`<${Banner} icon="badge" fact=${`The ${it.managed_by} manages ${isTeam ? "these settings" : `this ${noun.one}`}`}><p>Change it there and deploy; what people set by hand, such as a verified address or a URL, stays.</p><//>`}
    <div class="halves"><div>${noun.cells && path !== "users" && html`<dl class="facts panel pad">${cellsOf(noun, it).filter(([head]) => head !== "Last alert").map(([head, cell]) => html`<dt key=${head}>${head}</dt><dd>${cell}</dd>`)}</dl>`}
      <${Panels} path=${path} it=${it} once=${shownOnce.get(address)} keep=${(/** @type {any} */ data) => shownOnce.set(address, data)} may=${may} refresh=${refresh} /></div>
    <div>${noun.fields && html`<section class="panel pad"><h2>Settings</h2><${Form} key=${`${id} ${saved}`} fields=${fields} values=${it} submit=${change} says="Save" fixed=${!may || !own || isOver} /></section>`}
    ${!noun.isPosted && html`<details class="panel pad raw" open=${!noun.fields}><summary>As JSON</summary>
      <${Form} key=${`${id} ${saved}`} fields=${JSON_FIELD} values=${{$: settingsOf(noun, it)}} submit=${replace} says="Replace all" fixed=${!may || !own} /></details>`}</div></div>
    ${asks && html`<${Confirm} title=${`${verb}?`} verb=${verb} run=${remove} onClose=${() => setAsks(false)}><p>${noun.after}</p><//>`}`;
}

const JSON_FIELD = [{name: "$", label: "Settings as JSON", kind: "json", required: true, help: "All of them: what is left out becomes the default. The names are those of the API, see /docs."}];

/** A noun of the address that there is not. */
const Unknown = () => html`<${Crumb} /><${Empty} title="There is nothing at this address" act=${html`<a class="btn solid" href=${HOME}>Set-up</a>`} />`;

/** @param {{draw: (nouns: Record<string, Noun>) => any}} props */
function SetUp({draw}) {
  const nouns = useNouns();
  return html`<div class="set-up">${nouns ? draw(nouns) : html`<${Skeleton} />`}</div>`;
}

function ListPage() {
  const {params, query} = useRoute();
  const path = params.noun || "";
  return html`<${SetUp} draw=${(/** @type {Record<string, Noun>} */ nouns) => {
    const noun = nouns[path];
    if (!noun) return html`<${Unknown} />`;
    if (path === "settings") return html`<${One} path=${path} id="" noun=${noun} />`;
    return html`<${query.new ? New : List} key=${`${path} ${query.new}`} path=${path} noun=${noun} />`;
  }} />`;
}

function OnePage() {
  const {params} = useRoute();
  const {noun: path = "", name = ""} = params;
  return html`<${SetUp} draw=${(/** @type {Record<string, Noun>} */ nouns) => {
    const noun = nouns[path];
    return noun && noun.one !== "setting" ? html`<${One} key=${`${path} ${name}`} path=${path} id=${name} noun=${noun} />` : html`<${Unknown} />`;
  }} />`;
}

const OverviewPage = () => html`<${SetUp} draw=${(/** @type {Record<string, Noun>} */ nouns) => html`<${Overview} nouns=${nouns} />`} />`;

/** @param {string} [noun] */
const titleOf = (noun = "set-up") => capital(noun.replaceAll("-", " "));

/** @type {import("../core/types.js").Page} */
export const setUpPage = {path: HOME, title: () => "Set-up", component: OverviewPage};
/** @type {import("../core/types.js").Page} */
export const setUpListPage = {path: `${HOME}/{noun}`, title: ({params}) => titleOf(params.noun), component: ListPage};
/** @type {import("../core/types.js").Page} */
export const setUpOnePage = {path: `${HOME}/{noun}/{name}`, title: ({params}) => `${params.name} · ${titleOf(params.noun)}`, component: OnePage};
