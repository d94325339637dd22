import {api, getAll} from "../core/api.js";
import {useLive} from "../core/live.js";
import {countdown, dayAndTime, span, useNow, zoneName} from "../core/times.js";
import {say, sayError} from "../core/toasts.js";
import {html, useEffect, useLayoutEffect, useState} from "../core/view.js";
import {actorName, capital, isAsleep, plural, whoHas} from "../core/words.js";
import {AlertActions} from "../parts/alert-actions.js";
import {Button} from "../parts/button.js";
import {Chip} from "../parts/chip.js";
import {Dialog} from "../parts/dialog.js";
import {Code} from "../parts/code.js";
import {Fuse} from "../parts/fuse.js";
import {Gone} from "../parts/gone.js";
import {Icon} from "../parts/icon.js";
import {Ledger} from "../parts/ledger.js";
import {Mark} from "../parts/mark.js";
import {Sentence, plainSentence} from "../parts/sentence.js";
import {SentLinks} from "../parts/sent-links.js";
import {Skeleton} from "../parts/skeleton.js";
import {Tag} from "../parts/tag.js";
import {Time} from "../parts/time.js";
import {calledNames, Moment, Timeline} from "../parts/timeline.js";
import {ValueGraph} from "../parts/value-graph.js";

const COUNTDOWN_BELOW_MS = 600_000;
const TIMELINE_PART = 50;
const TOLD = 1_000; // rows of the ledger

export const alertPage = {path: "/console/alerts/{id}", title: () => "Alert", component: AlertPage};

/** @param {{params: Record<string, string>}} props */
function AlertPage({params: {id}}) {
  const path = `/alerts/${encodeURIComponent(id)}`;
  const [shown, setShown] = useState(TIMELINE_PART);
  const {value: alert, error} = useLive(async () => (await api.get(path, {words: true, time_zone: zoneName()})).data, [id]);
  // Without these the alert can be acknowledged all the same.
  const {value: timeline, error: noTimeline} = useLive(() => getAll(`${path}/timeline`, {words: true, time_zone: zoneName(), sort: "-at"}, shown), [id, shown]);
  const {value: ledger, error: noLedger} = useLive(async () => (await getAll(`${path}/notifications`, {}, TOLD)).rows, [id]);
  const title = alert ? `${headline(alert, Date.now())}: ${nameOf(alert)}` : "";
  useEffect(() => {
    if (title) document.title = `${document.title.match(/^\(\d+\+?\) /)?.[0] || ""}${title.slice(0, 120)} · Tocsin`;
  });
  useLayoutEffect(() => {
    document.body.classList.add("has-bar");
    return () => document.body.classList.remove("has-bar");
  }, []);
  if (!alert) return html`<${Gone} what="alert" error=${error} />`;
  const lacks = (/** @type {Error | null} */ problem) => (problem ? html`<p class="problem">It cannot be shown now. ${problem.message}</p>` : html`<${Skeleton} />`);
  /** @type {Record<string, string>} */
  const known = Object.fromEntries([alert.next_action, ...(alert.ahead || [])].flatMap((it) => it?.called || []).map((it) => [it.user, it.name]));
  return html`<nav class="crumb" aria-label="You are here"><a href="/"><${Icon} name="back" />Alerts</a>${alert.labels.service && html`<span aria-hidden="true">/</span><a href=${filterHref("service", alert.labels.service)}>${alert.labels.service}</a>`}</nav>
    <${Head} alert=${alert} />
    <${NextStep} alert=${alert} />
    <${SentLinks} urls=${alert.urls} />
    <div class="cols">
      <div class="side">
        <section class="panel pad"><header><h2>Timeline</h2><${CopyMarkdown} path=${path} /></header>
          ${timeline ? html`<${Timeline} alert=${alert} changes=${timeline.rows} hasMore=${timeline.isMore} onMore=${() => setShown(shown * 4)} />` : lacks(noTimeline)}</section>
        <section class="panel pad"><h2>Who was told</h2>${ledger ? html`<${Ledger} rows=${ledger} names=${(/** @type {string} */ user) => known[user] || capital(user)} />` : lacks(noLedger)}</section>
      </div>
      <aside class="side" aria-label="Facts">
        <${ValueGraph} alert=${alert} />
        <${Labels} labels=${alert.labels} />
        <${Facts} alert=${alert} changes=${timeline?.rows || []} path=${path} />
      </aside>
    </div>`;
}

/** @param {any} alert */
const nameOf = (alert) => alert.summary || alert.name;

/** @param {string} name @param {string} value */
const filterHref = (name, value) => `/?${new URLSearchParams([[`label.${name}`, value]])}`;

/** "Critical, firing". @param {any} alert @param {number} now */
function headline(alert, now) {
  const is = alert.status === "resolved" ? "resolved" : isAsleep(alert, now) ? "snoozed" : alert.status;
  return `${capital(alert.severity)}, ${is}`;
}

/** @param {{alert: any}} props */
function Head({alert}) {
  const now = useNow(1000);
  const {state} = whoHas(alert, now);
  const isOver = state === "over";
  const lasted = (isOver ? Date.parse(alert.resolved_at) : now) - Date.parse(alert.fired_at);
  const who = plainSentence(alert.words?.who).replace(/\.$/, "");
  const has = who.replace(/^Nobody/, "nobody").replace(/^You /, "you ").replace(/^Snoozed/, "snoozed");
  const lasts = alert.status === "firing" && state === "lone" ? ` for ${span(Math.max(lasted, 0))}` : "";
  const said = isOver ? `Resolved by ${actorName(alert.resolved_by)} after ${span(lasted)}` : `${headline(alert, now)}${lasts}, ${has}`;
  const severity = isOver ? "good" : alert.severity;
  return html`<header class=${`head ${severity}`}><${Mark} severity=${alert.severity} state=${state} says=${headline(alert, now)} />
    <div><h1><span class="is num">${said}</span>${nameOf(alert)}</h1>
      ${alert.reason && alert.reason !== nameOf(alert) && html`<p class="reason">${alert.reason}</p>`}
      <p>Since <${Time} at=${alert.fired_at} as="day" />${alert.occurrences > 1 && html`, seen ${plural(alert.occurrences, "time")}, last at <${Moment} at=${alert.last_seen_at} now=${now} />`}.</p>
      <p class="tags">${alert.flapping && html`<${Tag} icon="flap">Flapping<//>`}
        ${alert.silenced_by && html`<${Tag} icon="snooze"><a href=${`/console/set-up/${alert.held_by?.kind === "window" ? "maintenance-windows" : "silences"}/${encodeURIComponent(alert.silenced_by)}`}>Silenced by ${alert.silenced_by}</a><//>`}
        ${alert.held_by && !alert.silenced_by && html`<${Tag} icon=${alert.held_by.kind === "awake" ? "awake" : "snooze"}>${alert.held_by.kind === "awake" ? `${alert.held_by.name} is awake` : `Outside the hours of ${alert.held_by.name}`} until <${Time} at=${alert.held_by.until} /><//>`}
        ${isAsleep(alert, now) && alert.snooze_reason && html`<${Tag} icon="snooze">${alert.snooze_reason}<//>`}
        ${alert.assigned_to && html`<${Tag} icon="person">Assigned to ${alert.assigned_to}<//>`}
        ${alert.incident_id && html`<${Tag} icon="incidents"><a href=${`/console/incidents/${alert.incident_id}`}>Part of an incident</a><//>`}
        ${(alert.truncated || []).map((/** @type {string} */ it) => html`<${Tag} key=${it}>Cut: ${it}<//>`)}</p>
    </div></header>`;
}

/** @param {{alert: any}} props */
function NextStep({alert}) {
  const now = useNow(1000);
  const {state} = whoHas(alert, now);
  const due = alert.next_action;
  const left = due?.at ? Date.parse(due.at) - now : null;
  const counts = left !== null && left > 0 && left < COUNTDOWN_BELOW_MS;
  const calls = counts && ["escalate", "release", "exhaust", "unacknowledge", "wake"].includes(due.kind);
  const then = (alert.ahead || []).filter((/** @type {any} */ it) => it.kind === "escalate");
  const isLone = state === "lone" && alert.severity === "critical";
  return html`<section class=${`panel step ${isLone ? "lone critical" : ""}`} aria-label="What happens next">
    <div class="plan">${counts && html`<b class=${`left ${left < 60_000 && calls ? "soon" : ""}`} role="timer" aria-label=${`${span(left)} left`}>${countdown(left)}</b>`}
      <div><p><${Sentence} spans=${alert.words?.next} /></p>
        <small>${due?.step && alert.escalation_policy && html`Step ${due.step} of <a href=${`/console/set-up/escalation-policies/${encodeURIComponent(alert.escalation_policy)}`}>${alert.escalation_policy}</a>. `}
          ${then.length > 0 && html`After that ${then.map((/** @type {any} */ it, /** @type {number} */ index) => html`<span key=${it.at}>${index > 0 && ", "}${calledNames(it.called)} ${dayAndTime(it.at, now).replace(/^today\u00a0/, "")}</span>`)}. `}
          ${due && state === "lone" && ["none", "exhaust"].includes(due.kind) && `${capital(due.why)}. `}
          <${Sentence} spans=${alert.words?.if_acknowledged} /></small></div></div>
    <${AlertActions} alert=${alert} />
    ${calls && html`<${Fuse} left=${left} says=${`Time left until: ${plainSentence(alert.words?.next)}`} />`}
  </section>`;
}

/** @param {{labels: Record<string, string>}} props */
function Labels({labels}) {
  const all = Object.entries(labels);
  if (!all.length) return null;
  return html`<section class="panel pad"><h2>Labels</h2><p class="chips">${all.map(([name, value]) => html`<${Chip} key=${name} name=${name} value=${value} href=${filterHref(name, value)} />`)}</p></section>`;
}

/** @param {{alert: any, changes: any[], path: string}} props */
function Facts({alert, changes, path}) {
  const before = changes.find((it) => it.type === "reopened")?.previous_alert_id;
  const policy = alert.escalation_policy;
  /** @type {[string, import("../vendor/preact.js").Children][]} */
  const facts = [
    ["Integration", html`<a href=${`/console/set-up/integrations/${encodeURIComponent(alert.integration)}`}>${alert.integration}</a>`],
    ["Object", alert.object],
    ["Rule", alert.rule_name || alert.rule_id],
    ["Monitor", alert.monitor_name || alert.monitor_id],
    ["Source", [alert.source_name, alert.source].filter(Boolean).join(", ")],
    ["Its own severity", alert.source_severity !== alert.severity && alert.source_severity],
    ["Policy", policy && html`<a href=${`/console/set-up/escalation-policies/${encodeURIComponent(policy)}`}>${policy}</a>`],
    ["Episode", alert.episode > 1 && html`${alert.episode}${before && html`, <a href=${`/console/alerts/${before}`}>see ${alert.episode - 1}</a>`}`],
    ["Dedup key", html`<code>${alert.dedup_key}</code>`],
    ["Id", html`<code>${alert.id}</code>`],
  ];
  return html`<section class="panel pad"><h2>Where it comes from</h2><dl class="facts">${facts
    .filter(([, value]) => value)
    .map(([name, value]) => html`<dt key=${name}>${name}</dt><dd>${value}</dd>`)}</dl><${Raw} path=${path} /></section>`;
}

/** What the sender sent: read when it is asked for. @param {{path: string}} props */
function Raw({path}) {
  const [bodies, setBodies] = useState(/** @type {any} */ (null));
  const open = async (/** @type {{currentTarget: HTMLDetailsElement}} */ event) => {
    if (!event.currentTarget.open || bodies) return;
    try {
      setBodies((await api.get(`${path}/raw`)).data);
    } catch (error) {
      sayError(error);
    }
  };
  return html`<details class="raw" onToggle=${open}><summary>Show what was sent</summary>${bodies &&
    [["What opened it", bodies.first], ["What last changed it", bodies.last?.received_at === bodies.first?.received_at ? null : bodies.last]].map(([name, it]) => it && html`<div key=${name}><p class="quiet">${name}, <${Time} at=${it.received_at} as="day" />, ${it.content_type}, ${it.size} bytes${it.truncated && ", only the beginning"}</p><${Code} block text=${it.body} says=${`Copy ${String(name).toLowerCase()}`} /></div>`)}
    ${bodies && !bodies.first && !bodies.last && html`<p class="quiet">No body is kept: a person opened it, or it came by an event of the API.</p>`}</details>`;
}

/** @param {{path: string}} props */
function CopyMarkdown({path}) {
  const [text, setText] = useState("");
  const copy = async () => {
    let markdown = "";
    try {
      markdown = (await api.get(`${path}/timeline`, {format: "markdown", time_zone: zoneName()})).text;
      await navigator.clipboard.writeText(markdown);
      say("The timeline is copied as Markdown");
    } catch (error) {
      if (markdown) setText(markdown);
      else sayError(error);
    }
  };
  return html`<${Button} bare small icon="copy" onClick=${copy}>Copy as Markdown<//>
    ${text && html`<${Dialog} title="The timeline as Markdown" onClose=${() => setText("")}><${Code} block text=${text} says="Copy it" /><//>`}`;
}
