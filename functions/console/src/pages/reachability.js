/** Reachability: what keeps pages from people now, and what to do about it. */

import {api} from "../core/api.js";
import {useLive} from "../core/live.js";
import {can, useMe} from "../core/me.js";
import {clockWithSeconds, span, zoneName} from "../core/times.js";
import {say} from "../core/toasts.js";
import {html} from "../core/view.js";
import {durationOf} from "../core/week.js";
import {capital, listed, plural} from "../core/words.js";
import {Act} from "../parts/act.js";
import {Banner} from "../parts/banner.js";
import {Empty} from "../parts/empty.js";
import {Icon} from "../parts/icon.js";
import {Skeleton} from "../parts/skeleton.js";

const PAGED = /** @type {const} */ (["critical", "warning"]);
/** Codes of what may yet be fine: it keeps no message from being sent. */
const MAY_BE_FINE = ["not_verified", "only_at_hours", "schedule_gap", "no_last_resort"];

/**
 * @typedef {{code: string, kind: string, name: string, field: string, problem: string}} Gap
 * @typedef {Gap & {severities: string[], mayBeFine: boolean}} Problem
 * @typedef {{target: string, schedule: string | null, by: string | null, after: string, ok: boolean, problem: string | null}} Way
 * @typedef {{name: string, delay: string, ok: boolean, messages: Way[]}} Step
 * @typedef {{kind: string, name: string, escalation_policy: string, ok: boolean, steps: Step[]}} Path
 * @typedef {{ok: boolean, severity: string, paths: Path[], problems: Gap[]}} Answer
 */

/**
 * The problems of several severities, each once; what keeps pages away comes first.
 * @param {Answer[]} answers
 * @returns {Problem[]}
 */
export function problemsOf(answers) {
  /** @type {Map<string, Problem>} */
  const found = new Map();
  for (const {severity, problems} of answers) {
    for (const gap of problems) {
      const said = gap.problem.replace(/ for (critical|warning|info)$/, "");
      const key = [gap.code, gap.kind, gap.name, gap.field, said].join("\n");
      const known = found.get(key);
      if (known) known.severities.push(severity);
      else found.set(key, {...gap, problem: said, severities: [severity], mayBeFine: MAY_BE_FINE.includes(gap.code)});
    }
  }
  return [...found.values()].sort((one, other) => Number(one.mayBeFine) - Number(other.mayBeFine));
}

/** Where in Set-up a thing is changed; null: nowhere in the console. @param {string} kind @param {string} name */
export function setUpOf(kind, name) {
  if (kind === "stack") return null;
  if (kind === "default") return "/console/set-up/escalation-policies";
  const noun = {escalation_policy: "escalation-policies"}[kind] || `${kind}s`;
  return `/console/set-up/${noun}/${encodeURIComponent(name)}`;
}

const METHODS = /** @type {Record<string, string>} */ ({email: "e-mail", phone: "SMS", slack_id: "Slack", push: "push"});
const BY_FIELD = /** @type {Record<string, string>} */ ({email: "email", phone: "sms", slack_id: "slack"});

/** What is wrong, and what to do. @param {Problem} it @returns {[string, string]} */
export function inSentences(it) {
  const method = METHODS[it.field] || it.field;
  switch (it.code) {
    case "no_default_policy":
      return ["What no integration and no route sends elsewhere pages nobody", "Make an escalation policy named default, or a route without conditions."];
    case "no_policy":
      return [capital(it.problem), "It is passed over. Make the policy, or name another one."];
    case "severity_not_paged":
      return [capital(it.problem), "Add the severity to the policy, or send these alerts to another one."];
    case "policy_reaches_nobody":
      return [capital(it.problem), "Give one of its steps somebody who can be reached."];
    case "step_reaches_nobody":
      return [capital(it.problem), "Another step does. Until it begins, nobody knows: give this one somebody who can be reached."];
    case "no_user":
    case "no_channel":
      return [capital(it.problem), `${it.name} names it. Make it, or take the target away.`];
    case "nobody_on_call":
      return [capital(it.problem), "The next step comes at once. Take the shift, or give the schedule a layer for that time."];
    case "no_contact_method":
      return [`${it.name} cannot be told anything`, "Add an e-mail address, a phone number or a Slack member ID."];
    case "severity_left_out":
      return [`No rule of ${it.name} is for this severity`, "Add one, or take away all rules: then the usual ones hold."];
    case "no_address":
      return [`${it.name} is to be told by ${method}, and has no address for it`, "Add the address, or take the rule away."];
    case "no_slack_channel":
      return [`No app can write to ${it.name} in Slack`, "Add a Slack channel: its app writes to people."];
    case "no_email_from":
      return [capital(it.problem.replace(/: deploy.*/, "")), "Deploy the stack with EmailFrom, an address that SES may send from."];
    case "not_verified":
      return [`Nobody has confirmed that ${it.name} gets ${method === "SMS" ? "SMS" : method === "Slack" ? "Slack messages" : method}`, "Messages are sent all the same. Send a test: it holds a link to confirm by."];
    case "only_at_hours":
      return [capital(it.problem), "What comes at other times waits. Add a rule without hours if it must not."];
    case "schedule_gap":
      return [capital(it.problem), "Take it, or make an override for that time."];
    case "no_last_resort":
      return ["An alert that reaches nobody is told to nobody", "Deploy the stack with BackstopEmail or BackstopPhone, an address of last resort."];
    default:
      return [capital(it.problem), ""];
  }
}

/** @param {{it: Problem}} props */
function ProblemRow({it}) {
  const [fact, todo] = inSentences(it);
  const place = setUpOf(it.kind, it.name);
  const by = it.code === "not_verified" ? BY_FIELD[it.field] : "";
  const atSchedule = it.code === "schedule_gap" ? it.name : it.code === "nobody_on_call" ? (it.problem.match(/schedule (\S+)/) || [])[1] : "";
  const test = async () => {
    const {data} = await api.post(`/users/${encodeURIComponent(it.name)}/test`, {by: [by]});
    const {state, reason} = data.methods[0];
    say(state === "failed" ? `Not sent: ${reason}` : `A test is on its way to ${it.name}`, {isBad: state === "failed"});
  };
  const only = it.severities.length < PAGED.length ? `, for ${listed(it.severities)}` : "";
  return html`<li class=${it.mayBeFine ? "warn" : "bad"}><${Icon} name=${it.mayBeFine ? "reach" : "close"} /><div><b>${fact}${only}</b><p>${todo}</p></div>
    <span class="do">${by && can("alerts:write") && html`<${Act} small run=${test} doing="Sending …">Send a test<//>`}
      ${atSchedule ? html`<a class="btn small" href=${`/console/on-call?schedule=${encodeURIComponent(atSchedule)}`}>On call</a>` : place && html`<a class="btn small" href=${place}>Set-up: ${it.kind === "default" ? "policies" : it.name}</a>`}</span></li>`;
}

/** "alice by email (primary)" @param {Way} way */
function wayInWords(way) {
  const name = way.target.slice(way.target.indexOf(":") + 1);
  if (way.target.startsWith("channel:")) return `channel ${name}`;
  if (way.target.startsWith("schedule:")) return `whoever is on call by ${name}`;
  const later = durationOf(way.after) ? `, ${span(durationOf(way.after))} later` : "";
  return `${name}${way.by ? ` by ${way.by}` : ""}${way.schedule ? ` (${way.schedule})` : ""}${later}`;
}

/** @param {{path: Path}} props */
function PathRow({path}) {
  let after = 0;
  const steps = path.steps.map((step) => {
    const at = after;
    after += durationOf(step.delay);
    return {...step, at};
  });
  const what = path.kind === "default" ? "Everything else" : capital(`${path.kind} ${path.name}`);
  return html`<li><${Icon} name=${path.ok ? "check" : "close"} class=${path.ok ? "" : "off"} /><b>${what}, by policy ${path.escalation_policy}${path.ok ? "" : ": reaches nobody"}</b>
    ${steps.length > 0 && html`<ol>${steps.map((step, n) => html`<li key=${n}><span class="num">${step.at ? `after ${span(step.at)}` : "at once"}</span><span>${step.messages.map((way, m) => html`<span key=${m} class=${way.ok ? "" : "off-way"} title=${way.problem}>${m ? ", " : ""}${wayInWords(way)}${way.ok ? "" : " (not sent)"}</span>`)}${step.messages.length ? "" : "nobody"}</span></li>`)}</ol>`}</li>`;
}

/** What was looked at, for whoever wants to know why all is fine. @param {Answer} critical @param {Problem[]} problems */
export function evidence({paths}, problems) {
  const ways = paths.flatMap((path) => path.steps.flatMap((step) => step.messages));
  const [people, channels] = [new Set(), new Set()];
  for (const {target} of ways) (target.startsWith("channel:") ? channels : people).add(target);
  const schedules = new Set(ways.map((way) => way.schedule).filter(Boolean));
  const has = (/** @type {string} */ code) => problems.some((it) => it.code === code);
  return [
    {name: "Ways in", ok: paths.every((it) => it.ok), is: `${plural(paths.length, "way")} from a sender to a policy, and each reaches somebody.`},
    {name: "Addresses", ok: !has("not_verified"), is: `${plural(people.size, "person", "people")} and ${plural(channels.size, "channel")} would be told; each person’s address is confirmed.`},
    {name: "Schedules", ok: !has("schedule_gap"), is: schedules.size ? `${plural(schedules.size, "schedule")} without a gap in the next seven days.` : "No policy asks a schedule."},
    {name: "Last resort", ok: !has("no_last_resort"), is: "An alert that reaches nobody is told to an address of last resort."},
  ];
}

function ReachabilityPage() {
  const me = useMe();
  const {value, error, asOf} = useLive(() => Promise.all(PAGED.map(async (severity) => /** @type {Answer} */ ((await api.get("/reachability", {severity})).data))));
  const shadow = /** @type {any} */ (me)?.paging === "shadow" && html`<${Banner} icon="reach" kind="warn" says="Shadow mode" fact="Shadow mode: no message leaves this stack">
    <p>Another tool still pages. What would be sent is written down in each alert’s ledger. Deploy with the parameter Paging=on to page from here.</p><//>`;
  if (!value) {
    if (error) return html`<${Banner} icon="close" kind="bad" fact="What is wrong cannot be shown now"><p>${error.message}</p><//>`;
    return html`<div class="reach"><header class="lead"><h1>Reachability</h1></header><${Skeleton} lines=${6} says="Loading who can be reached" /></div>`;
  }
  const [critical] = value;
  const problems = problemsOf(value);
  const bad = problems.filter((it) => !it.mayBeFine).length;
  const when = asOf ? `Checked at ${clockWithSeconds(asOf)} (${zoneName()})` : "Checked just now";
  const paths = html`<section class="panel" aria-label="Who would be paged now"><h2>Who would be paged now <span class="quiet">by a critical alert</span></h2>
    <ul class="ways">${critical.paths.map((it) => html`<${PathRow} key=${`${it.kind} ${it.name}`} path=${it} />`)}</ul></section>`;
  if (!problems.length) {
    return html`<div class="reach">${shadow}<${Empty} title="Everything is fine" why=${`${when}, for critical alerts and warnings, by the configuration as it is stored.`} proof=${evidence(critical, problems)} />${paths}</div>`;
  }
  const heading = !value.every((it) => it.ok) ? "Some alerts reach nobody" : bad ? `Pages arrive, but ${plural(bad, "thing")} ${bad === 1 ? "keeps" : "keep"} some away` : `Pages arrive; ${plural(problems.length, "thing")} to look at`;
  return html`<div class="reach">${shadow}<header class="lead"><h1>${heading}</h1><p>${when}, for critical alerts and warnings. The worst comes first.</p></header>
    <ul class="panel wrongs" aria-label="What is wrong">${problems.map((it) => html`<${ProblemRow} key=${it.code + it.kind + it.name + it.field + it.problem} it=${it} />`)}</ul>${paths}</div>`;
}

/** @type {import("../core/types.js").Page} */
export const reachabilityPage = {path: "/console/reachability", title: () => "Reachability", component: ReachabilityPage};
