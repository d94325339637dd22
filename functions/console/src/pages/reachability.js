/** Reachability: what keeps pages from people now, and what to do about it. */

import {api} from "../core/api.js";
import {useLive} from "../core/live.js";
import {can, useMe} from "../core/me.js";
import {clockWithSeconds, span, zoneName} from "../core/times.js";
import {say} from "../core/toasts.js";
import {html} from "../core/view.js";
import {durationOf} from "../core/week.js";
import {capital, listed, methodName, plural} from "../core/words.js";
import {Act} from "../parts/act.js";
import {Banner} from "../parts/banner.js";
import {Empty} from "../parts/empty.js";
import {Icon} from "../parts/icon.js";
import {Skeleton} from "../parts/skeleton.js";

const PAGED = /** @type {const} */ (["critical", "warning"]);
const METHODS = /** @type {Record<string, string>} */ ({email: "email", phone: "sms", slack_id: "slack"});

/**
 * @typedef {{code: string, kind: string, name: string, field: string, problem: string, todo: string, in_the_way: boolean}} Gap
 * @typedef {{target: string, schedule: string | null, by: string | null, after: string, ok: boolean, problem: string | null}} Way
 * @typedef {{name: string, delay: string, ok: boolean, messages: Way[]}} Step
 * @typedef {{kind: string, name: string, escalation_policy: string, ok: boolean, steps: Step[]}} Path
 * @typedef {{ok: boolean, severity: string, paths: Path[], problems: Gap[]}} Answer
 */

/**
 * The problems of both severities, each once; what keeps pages away comes first.
 * @param {Answer[]} answers
 * @returns {Gap[]}
 */
export function problemsOf(answers) {
  /** @type {Map<string, Gap>} */
  const found = new Map();
  for (const gap of answers.flatMap((it) => it.problems)) {
    const said = gap.problem.replace(/ for (critical|warning)$/, "");
    const key = [gap.code, gap.kind, gap.name, gap.field, said].join(" ");
    const known = found.get(key);
    // Said of one, it names it; said of both, it is said without.
    found.set(key, known ? {...gap, problem: said} : gap);
  }
  return [...found.values()].sort((one, other) => Number(other.in_the_way) - Number(one.in_the_way));
}

/** Where a thing is changed. @param {Gap} gap */
export function placeOf({code, kind, name, problem}) {
  const schedule = code === "schedule_gap" ? name : code === "nobody_on_call" && problem.split("schedule ")[1];
  if (schedule) return {href: `/console/on-call?schedule=${encodeURIComponent(schedule)}`, says: "On call"};
  if (kind === "stack") return null;
  if (kind === "default") return {href: "/console/set-up/escalation-policies", says: "Policies"};
  const nouns = kind === "escalation_policy" ? "escalation-policies" : `${kind}s`;
  return {href: `/console/set-up/${nouns}/${encodeURIComponent(name)}`, says: `Change ${name}`};
}

/** @param {{gap: Gap}} props */
function GapRow({gap}) {
  const place = placeOf(gap);
  const by = gap.code === "not_verified" && METHODS[gap.field];
  const test = async () => {
    const {state, reason} = (await api.post(`/users/${encodeURIComponent(gap.name)}/test`, {by: [by]})).data.methods[0];
    say(state === "failed" ? `Not sent: ${reason}` : `A test is on its way to ${gap.name}`, {isBad: state === "failed"});
  };
  // What the API says after a colon is for its own clients.
  return html`<li class=${gap.in_the_way ? "bad" : "warn"}><${Icon} name=${gap.in_the_way ? "close" : "reach"} /><div><b>${capital(gap.problem.replace(/: .*/, ""))}</b><p>${gap.todo}</p></div>
    <span class="do">${by && can("alerts:write") && html`<${Act} small run=${test} doing="Sending …" says=${`Send a test to ${gap.name} by ${methodName(by)}`}>Send a test<//>`}${place && html`<a class="btn small" href=${place.href}>${place.says}</a>`}</span></li>`;
}

/** Those that differ in nothing but the method are one. @param {Way[]} messages @returns {any[]} */
function together(messages) {
  const found = /** @type {Record<string, any>} */ ({});
  for (const it of messages) {
    const alike = [it.target, it.schedule, it.after, it.ok].join();
    found[alike] ||= {...it, by: []};
    found[alike].by.push(methodName(it.by || ""));
  }
  return Object.values(found);
}

/** "alice by e-mail and SMS (primary)" @param {any} way */
function wayInWords({target, by, schedule, after}) {
  const [kind, name] = target.split(":");
  if (kind !== "user") return kind === "channel" ? `channel ${name}` : `whoever is on call by ${name}`;
  const late = durationOf(after);
  return `${name}${by[0] && ` by ${listed(by)}`}${schedule ? ` (${schedule})` : ""}${late ? `, ${span(late)} later` : ""}`;
}

/** @param {{path: Path}} props */
function PathRow({path: {kind, name, escalation_policy: policy, ok, steps}}) {
  const at = (/** @type {number} */ n) => steps.slice(0, n).reduce((sum, it) => sum + durationOf(it.delay), 0);
  return html`<li><${Icon} name=${ok ? "check" : "close"} class=${ok ? "" : "off"} /><b>${kind === "default" ? "Everything else" : capital(`${kind} ${name}`)}, by policy ${policy}${!ok && ": reaches nobody"}</b>
    ${steps.length > 0 && html`<ol>${steps.map(({messages}, n) => html`<li key=${n}><span class="num">${n ? `after ${span(at(n))}` : "at once"}</span><span>${together(messages).map((way, m) => html`<span key=${m} class=${way.ok ? "" : "off-way"}>${m > 0 && "; "}${wayInWords(way)}${!way.ok && " (not sent)"}</span>`)}</span></li>`)}</ol>`}</li>`;
}

/** What was looked at, and was found well. @param {Answer} critical */
function evidence({paths}) {
  const ways = paths.flatMap((path) => path.steps.flatMap((step) => step.messages));
  const count = (/** @type {(string | null)[]} */ names) => new Set(names.filter(Boolean)).size;
  return [
    ["Ways in", `${plural(paths.length, "way")} from a sender to a policy; each reaches somebody.`],
    ["People", `${plural(count(ways.map(({target}) => (target.startsWith("user:") ? target : null))), "person", "people")} would be told now, by addresses that they have confirmed.`],
    ["Schedules", `${plural(count(ways.map((it) => it.schedule)), "schedule")} without a gap in the next seven days.`],
    ["Last resort", "An alert that reaches nobody is told to an address of last resort."],
  ].map(([name, is]) => ({name, is, ok: true}));
}

function ReachabilityPage() {
  const paging = /** @type {any} */ (useMe())?.paging;
  const {value, error, asOf} = useLive(() => Promise.all(PAGED.map(async (severity) => /** @type {Answer} */ ((await api.get("/reachability", {severity})).data))));
  if (error && !value) return html`<${Banner} icon="close" kind="bad" fact="What is wrong cannot be shown now"><p>${error.message}</p><//>`;
  if (!value) return html`<${Skeleton} lines=${6} />`;
  const problems = problemsOf(value);
  const bad = problems.filter((it) => it.in_the_way).length;
  const heading = !value.every((it) => it.ok) ? "Some alerts reach nobody" : bad ? `${plural(bad, "thing")} in the way of pages` : `Each alert finds somebody; ${plural(problems.length, "thing")} to look at`;
  const checked = `Checked at ${clockWithSeconds(asOf || 0)} (${zoneName()}), for critical alerts and warnings.`;
  return html`<div class="reach">
    ${paging === "shadow" && html`<${Banner} icon="reach" kind="warn" says="Shadow mode" fact="Shadow mode: no message leaves this stack"><p>Another tool still pages. Each alert’s ledger has what would be sent. Deploy with the parameter Paging=on to page from here.</p><//>`}
    ${problems.length ? html`<header class="lead"><h1>${heading}</h1><p>${checked} The worst comes first.</p></header>
      <ul class="panel wrongs" aria-label="What is wrong">${problems.map((it) => html`<${GapRow} key=${it.code + it.kind + it.name + it.field + it.problem} gap=${it} />`)}</ul>` : html`<${Empty} title="Everything is fine" why=${checked} proof=${evidence(value[0])} />`}
    <section class="panel" aria-label="Who would be paged now"><h2>Who would be paged now <span class="quiet">by a critical alert</span></h2>
      <ul class="ways">${value[0].paths.map((it) => html`<${PathRow} key=${it.kind + it.name} path=${it} />`)}</ul></section></div>`;
}

/** @type {import("../core/types.js").Page} */
export const reachabilityPage = {path: "/console/reachability", title: () => "Reachability", component: ReachabilityPage};
