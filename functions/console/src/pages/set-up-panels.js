/** What an object's page has beside its form: URLs, tests, steps at the product, a body to try. */

import {api} from "../core/api.js";
import {useLive} from "../core/live.js";
import {html, useState} from "../core/view.js";
import {timeNow} from "../core/times.js";
import {actorName, capital, methodName, plural, targetName, whoHas} from "../core/words.js";
import {Act} from "../parts/act.js";
import {Banner} from "../parts/banner.js";
import {Code} from "../parts/code.js";
import {writtenJson} from "../parts/form.js";
import {Field} from "../parts/field.js";
import {Icon} from "../parts/icon.js";
import {Mark} from "../parts/mark.js";
import {Markdown} from "../parts/markdown.js";
import {Select} from "../parts/select.js";
import {Skeleton} from "../parts/skeleton.js";
import {Time} from "../parts/time.js";
import {targetWords, waysOf} from "./set-up-nouns.js";

const HELD_SHOWN = 10;

/** @typedef {{path: string, it: any, once: any, keep: (data: any) => void, may: boolean, refresh: () => Promise<void>}} Props */

/** @param {Props} props */
export function Panels(props) {
  const {path, it, once, may} = props;
  if (path === "integrations") return html`<${Integration} ...${props} />`;
  if (path === "users") return may || it.email ? html`<${Ways} ...${props} />` : null;
  if (path === "channels") return html`<${Once} text=${once?.signing_secret} fact="The secret that signs what is sent to it" />${may && html`<${Tests} address=${`/channels/${it.name}/test`} says="Send a test message" />`}`;
  if (path === "heartbeats") return html`<${Once} text=${once?.url} fact="Its URL: let the job send GET or POST to it" />${!once?.url && html`<p class="quiet">Its URL begins with /i/${it.token_prefix}…; only a hash of it is kept. For another URL delete it and make it anew.</p>`}`;
  if (path === "keys") return html`<${Once} text=${once?.key} fact="The key" />`;
  if (path === "escalation-policies") return html`<${Policy} it=${it} />`;
  if (path === "schedules") return html`<${Schedule} it=${it} />`;
  return it.holding_ids ? html`<${Holds} it=${it} />` : null;
}

/** @param {{text?: string, fact: string}} props */
const Once = ({text, fact}) =>
  text ? html`<${Banner} icon="key" kind="fine" fact=${`${fact}, shown once`}><p>Only a hash of it is kept. Copy it now.</p><${Code} text=${text} says="Copy it" /><//>` : null;

/** @param {{it: any}} props */
const Policy = ({it}) => html`<section class="panel pad"><h2>Steps</h2><ol class="steps">${it.steps.map(
  (/** @type {any} */ step, /** @type {number} */ place) => html`<li key=${place}><b>${step.name}</b> asks ${step.targets.map(targetWords).join(", ")}${step.only.length > 0 && " in its hours"}; ${place + 1 < it.steps.length ? `the next step after ${step.delay}` : it.repeat ? `again from the first after ${step.delay}` : `then nobody is left`}.</li>`,
)}</ol>${it.ack_timeout && html`<p>An acknowledged alert fires again after ${it.ack_timeout}.</p>`}</section>`;

/** @param {{it: any}} props */
const Schedule = ({it}) => html`<section class="panel pad"><h2>Layers, the first that has somebody wins</h2><ol class="steps">${(it.layers || []).map(
  (/** @type {any} */ layer, /** @type {number} */ place) => html`<li key=${place}><b>${layer.name}</b>: ${layer.rotation || "as its rule says"}${layer.handoff && `, handoff ${layer.handoff}`}; ${(layer.users || []).map((/** @type {any} */ user) => (typeof user === "string" ? user : (user.users || Object.values(user)).flat().join(" and "))).join(" → ")}</li>`,
)}</ol>${it.follows && html`<p>Follows ${it.follows.schedule}.</p>`}<p><a href="/console/on-call">The week, overrides and swaps: On call</a></p></section>`;

/** @param {{it: any}} props */
function Holds({it}) {
  const ids = it.holding_ids.slice(0, HELD_SHOWN);
  const {value: alerts} = useLive(() => Promise.all(ids.map(async (/** @type {string} */ id) => (await api.get(`/alerts/${id}`)).data)), [ids.join()]);
  return html`<section class="panel pad"><h2>${it.holding ? `Holds ${plural(it.holding, "alert")} back` : it.matches_nothing ? "Matches no open alert" : "Holds nothing back"}</h2>
  ${alerts && alerts.length > 0 && html`<${Newest} alerts=${alerts} />`}${it.holding > ids.length && html`<p class="quiet">The first ${ids.length} are shown.</p>`}
  <p class="quiet">Made by ${actorName(it.author)}${it.integration && ` for ${it.integration}`}. From <${Time} at=${it.from} as="day" /> until <${Time} at=${it.to} as="day" />.</p></section>`;
}

/** @param {{alerts: any[]}} props */
const Newest = ({alerts}) => html`<ul class="rows-in">${alerts.map(
  (/** @type {any} */ it) => html`<li key=${it.id}><${Mark} severity=${it.severity} state=${whoHas(it, timeNow()).state} /><a href=${`/console/alerts/${it.id}`}>${it.name}</a> <span class="quiet">seen <${Time} at=${it.last_seen_at} as="day" /></span></li>`,
)}</ul>`;

/** @param {{address: string, says: string, body?: any}} props */
function Tests({address, says, body = {}}) {
  const [said, setSaid] = useState(/** @type {any} */ (null));
  const run = async () => {
    setSaid(null);
    setSaid((await api.post(address, body)).data);
  };
  return html`<div class="test"><${Act} run=${run} doing="Sending …">${says}<//><span role="status">${said && (said.methods || [said]).map(
    (/** @type {any} */ it, /** @type {number} */ place) => html`<span key=${place} class=${`told ${it.state === "sent" ? "ok" : it.state === "failed" ? "no" : ""}`}><${Icon} name=${it.state === "sent" ? "check" : it.state === "failed" ? "close" : "retry"} />${capital(it.state)}${it.reason && `: ${it.reason}`}</span>`,
  )}</span></div>`;
}

/** @param {Props} props */
function Ways({it}) {
  const ways = waysOf(it);
  return html`<section class="panel pad"><h2>Ways to reach ${it.name}</h2>${ways.length ? html`<ul class="rows-in">${ways.map(
    ([by, address, is]) => html`<li key=${by}><span class=${`told ${is ? "ok" : ""}`}><${Icon} name=${is ? "check" : "reach"} />${capital(methodName(by))}${address && ` ${address}`}: ${is ? "verified" : "not verified"}</span>
      <${Tests} address=${`/users/${it.name}/test`} body=${{by: [by]}} says=${`Test ${methodName(by)}`} /></li>`,
  )}</ul><p class="quiet">The test’s link verifies the address by a button.</p>` : html`<p>None: add an e-mail address or a phone below.</p>`}</section>`;
}

export function TypePicker() {
  const {value: types, error} = useLive(async () => /** @type {{type: string, product: string}[]} */ ((await api.get("/integration-types", {limit: 200})).data));
  const [words, setWords] = useState("");
  if (!types) return error ? html`<${Banner} icon="reach" kind="bad" fact=${error.message} />` : html`<${Skeleton} />`;
  const wanted = words.toLowerCase().split(/\s+/);
  const found = types.filter(({type, product}) => wanted.every((word) => `${type} ${product}`.toLowerCase().includes(word)));
  return html`<div class="now"><h1>What sends the alerts?</h1><p>${plural(types.length, "type")}; <code>rest</code> is for scripts, <code>generic</code> for any other JSON.</p></div>
    <label class="find"><span class="unseen">Find a product</span><${Icon} name="search" /><input type="search" placeholder="Find a product" value=${words} onInput=${(/** @type {any} */ event) => setWords(event.currentTarget.value)} /></label>
    <ul class="nouns types">${found.map(({type, product}) => html`<li key=${type}><a class="panel" href=${`/console/set-up/integrations?new=${type}`}><b>${type}</b><span>${product}</span></a></li>`)}</ul>
    ${!found.length && html`<p>No product has these words. Any JSON can be sent to type <a href="/console/set-up/integrations?new=generic">generic</a>.</p>`}`;
}

/** @param {Props} props */
function Integration({it, once, keep, may, refresh}) {
  const {value: about} = useLive(async () => (await api.get(`/integration-types/${it.type}`)).data, [it.type]);
  const [overlap, setOverlap] = useState("24h");
  const rotate = async () => {
    keep((await api.post(`/integrations/${it.name}/rotate`, {overlap})).data);
    await refresh();
  };
  const url = once?.url;
  const token = url?.split("/").pop();
  const steps = about?.steps.replaceAll("https://ADDRESS/i/TOKEN", url || `${location.origin}/i/TOKEN`).replaceAll("ADDRESS", new URL(url || location.origin).host).replaceAll("TOKEN", token || "TOKEN");
  return html`<${Once} text=${url} fact="Its URL" />
    <${Received} name=${it.name} />
    <section class="panel pad"><h2>Its URL</h2>
      <ul class="rows-in">${it.urls.map((/** @type {any} */ each) => html`<li key=${each.token_prefix}><code>${`/i/${each.token_prefix}…`}</code> ${each.valid_until ? html`works until <${Time} at=${each.valid_until} as="day" />` : "works"}</li>`)}</ul>
      ${may && html`<div class="test"><${Select} quiet label="Old URLs work for" value=${overlap} onInput=${setOverlap} options=${[["24h", "The old one works for 24 h"], ["7d", "The old one works for 7 days"], ["0s", "The old one ends at once"]]} /><${Act} run=${rotate} doing="Making …">Make a new URL<//></div>`}</section>
    <details class="panel pad raw" open=${Boolean(url)}><summary>How to set up ${about?.product || it.type}</summary>${about && html`<${Markdown} text=${steps} />
      <dl class="facts"><dt>Fires</dt><dd><${Markdown} text=${about.fires} /></dd><dt>Resolves</dt><dd><${Markdown} text=${about.resolves} /></dd><dt>Told apart by</dt><dd><${Markdown} text=${about.dedup_key} /></dd><dt>Severity</dt><dd><${Markdown} text=${about.severity} /></dd></dl>`}</details>
    ${about && html`<${Try} key=${it.name} name=${it.name} example=${about.example} />`}`;
}

/** @param {{name: string}} props */
function Received({name}) {
  const {value: alerts} = useLive(async () => (await api.get("/alerts", {integration: name, limit: 5})).data, [name]);
  if (!alerts) return null;
  return html`<section class="panel pad" aria-live="polite"><h2>${alerts.length ? "Its newest alerts" : "No alert yet"}</h2>${alerts.length ? html`<${Newest} alerts=${alerts} />` : html`<p class="quiet">What it sends appears here by itself.</p>`}</section>`;
}

/** @param {{name: string, example: any}} props */
function Try({name, example}) {
  const [text, setText] = useState(() => (example ? writtenJson(example) : ""));
  const [answer, setAnswer] = useState(/** @type {{results: any[], problem: string} | null} */ (null));
  const run = async () => {
    setAnswer(null);
    try {
      setAnswer({results: (await api.post(`/integrations/${name}/try`, JSON.parse(text))).data.results, problem: ""});
    } catch (error) {
      const {message, details = []} = /** @type {any} */ (error);
      setAnswer({results: [], problem: [error instanceof SyntaxError ? `This is not JSON: ${message}` : message, ...details.map((/** @type {any} */ it) => `${it.field} ${it.problem}.`)].join(" ")});
    }
  };
  return html`<section class="panel pad"><h2>Try a body</h2><p class="quiet">Says what would happen. Nothing is stored, nobody is paged.</p>
    <${Field} label=${`What ${name} would get, as JSON`} value=${text} onInput=${setText} rows=${Math.min(24, text.split("\n").length + 2)} more=${{class: "code", spellcheck: false}} />
    <div class="test"><${Act} run=${run} doing="Trying …">Try it<//></div>
    <div role="status">${answer?.problem && html`<p class="refused">${answer.problem}</p>`}${answer?.results.map((result, place) => html`<${Tried} key=${place} result=${result} />`)}</div></section>`;
}

/** @param {{result: any}} props */
function Tried({result}) {
  const {outcome, signal, reason, error, severity, route, escalation_policy: policy, pages = [], next_action: next} = result;
  if (error) return html`<p class="refused">Refused: ${error.message} ${(error.details || []).map((/** @type {any} */ it) => `${it.field} ${it.problem}.`).join(" ")}</p>`;
  return html`<div class="tried"><p><b>Would be ${outcome}</b>${signal && html`: ${severity || signal.severity} <b>${signal.name}</b>`}${reason && `: ${reason}`}</p>
    ${signal?.summary && html`<p>${signal.summary}</p>`}
    ${policy && html`<p>Asks by ${policy}${route && `, as the route ${route} says`}.</p>`}
    ${signal && !policy && !pages.length && html`<p>Pages nobody: no policy is for it.</p>`}
    <ul class="rows-in">${pages.map((/** @type {any} */ page, /** @type {number} */ place) => html`<li key=${place}><${Time} at=${page.at} /> ${targetName(page.target)} ${page.target.startsWith("channel:") ? "" : `by ${page.channel ? methodName(page.channel) : "nothing"}`}${page.problem && html`: <span class="wrong">${page.problem}</span>`}</li>`)}</ul>
    ${next?.why && html`<p class="quiet">${capital(next.why)}.</p>`}</div>`;
}
