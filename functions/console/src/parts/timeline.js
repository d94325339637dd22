import {clockWithSeconds, dayAndTime, inFull, useNow} from "../core/times.js";
import {capital, listed, plural} from "../core/words.js";
import {html} from "../core/view.js";
import {wayOf} from "./ledger.js";
import {Icon} from "./icon.js";
import {Mark} from "./mark.js";
import {Sentence} from "./sentence.js";

const ICONS = /** @type {Record<string, string>} */ ({
  acknowledged: "check", unacknowledged: "retry", snoozed: "snooze", woken: "awake", resolving: "resolve", resolved: "resolve",
  note: "note", paged: "person", assigned: "person", escalated: "next", escalation_exhausted: "reach", reached_nobody: "reach",
  held: "snooze", released: "next", incident_created: "incidents", updated: "activity", bundled: "storm", digest_sent: "storm",
});

/** Time of day with seconds; of another day the day too. @param {{at: string, now: number}} props */
export function Moment({at, now}) {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  return html`<time datetime=${at} title=${inFull(at)}>${isToday ? clockWithSeconds(Date.parse(at)) : dayAndTime(at, now)}</time>`;
}

/**
 * Reports of the same sender that follow each other become one entry.
 * @param {any[]} changes newest first
 * @returns {{change: any, count: number}[]}
 */
export function grouped(changes) {
  /** @type {{change: any, count: number}[]} */
  const groups = [];
  for (const change of changes) {
    const last = groups[groups.length - 1];
    if (last && change.type === "updated" && last.change.type === "updated" && last.change.by === change.by) last.count += 1;
    else groups.push({change, count: 1});
  }
  return groups;
}

/** Who is called by a step, in words. @param {{name: string | null, target: string}[]} called */
export function calledNames(called) {
  return listed(called.map((it) => it.name || `nobody (${it.target.replace(":", " ")} is empty)`));
}

/** @param {any} step @param {string | null} policy */
function comingWords({kind, step, again, called}, policy) {
  const names = calledNames(called || []);
  const isMany = (called || []).length > 1;
  if (kind === "exhaust") return {text: "Nobody else is called", why: `The last step of ${policy} is over then`};
  const who = names ? `${capital(names)} ${isMany ? "are" : "is"} called${again ? " again" : ""}` : "The next step begins";
  return {text: who, why: step === null ? "" : `Step ${step} of ${policy}, unless somebody acknowledges`};
}

/**
 * Newest first, with what is to come on top.
 * @param {{alert: any, changes: any[], hasMore: boolean, onMore: () => void}} props
 */
export function Timeline({alert, changes, hasMore, onMore}) {
  const now = useNow(10_000);
  const due = alert.next_action;
  const first = changes.findLast((it) => it.type === "severity_changed")?.from || alert.severity;
  const steps = due && (due.kind === "escalate" || due.kind === "exhaust") ? [due, ...(alert.ahead || [])] : [];
  return html`<ol class="line">
    ${steps
      .filter((it) => it.at && Date.parse(it.at) > now)
      .reverse()
      .map((it) => {
        const {text, why} = comingWords(it, alert.escalation_policy);
        return html`<li class="to-come" key=${`${it.at} ${it.step}`}><${Icon} name="next" /><div>${text}<span class="why">${why}</span></div><${Moment} at=${it.at} now=${now} /></li>`;
      })}
    ${grouped(changes).map(({change, count}, index) => html`<${Entry} key=${`${change.at} ${change.type} ${index}`} change=${change} count=${count} first=${first} now=${now} />`)}
    ${hasMore && html`<li class="older"><span /><button type="button" class="btn small" onClick=${onMore}>Show what was before</button></li>`}
  </ol>`;
}

/** @param {{change: any, count: number, first: import("../core/types.js").Severity, now: number}} props */
function Entry({change, count, first, now}) {
  const {type, words, note} = change;
  const [, icon] = change.channel ? wayOf(change.channel, change.target) : ["", ICONS[type] || "activity"];
  const severity = type === "severity_changed" ? change.to : first;
  const why = words?.why && capital(words.why);
  return html`<li>${type === "fired" || type === "severity_changed" ? html`<${Mark} severity=${severity} />` : html`<${Icon} name=${icon} />`}
    <div>${words ? html`<${Sentence} spans=${words.text} />` : capital(type.replaceAll("_", " "))}${count > 1 && `, ${plural(count, "time")}`}${why && html`<span class="why">${why}</span>`}
      ${type === "reopened" && html`<span class="why"><a href=${`/console/alerts/${change.previous_alert_id}`}>Show the one before</a></span>`}
      ${type === "incident_created" && html`<span class="why"><a href=${`/console/incidents/${change.incident_id}`}>Show the incident</a></span>`}
      ${change.digest_id && html`<span class="why"><a href=${`/console/digests/${change.digest_id}`}>Show the digest</a></span>`}
      ${note && html`<blockquote>${note}</blockquote>`}</div>
    <${Moment} at=${change.at} now=${now} /></li>`;
}
