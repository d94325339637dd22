import {api} from "../core/api.js";
import {actOn, inNumbers} from "../core/bulk.js";
import {touched, useLive} from "../core/live.js";
import {useKeys} from "../core/keys.js";
import {can} from "../core/me.js";
import {clock, useNow} from "../core/times.js";
import {say, sayError} from "../core/toasts.js";
import {html} from "../core/view.js";
import {capital, methodName, plural, targetName, whoHas} from "../core/words.js";
import {Act} from "../parts/act.js";
import {Gone, ReadOnly} from "../parts/gone.js";
import {Icon} from "../parts/icon.js";
import {Mark} from "../parts/mark.js";
import {Tag} from "../parts/tag.js";
import {Time} from "../parts/time.js";

export const digestPage = {path: "/console/digests/{id}", title: () => "Digest", component: DigestPage};

/** Acknowledge these and no others. @param {any[]} alerts */
export async function acknowledgeAll(alerts) {
  say(`${inNumbers("ack", await actOn("ack", alerts.map((it) => it.id)))}.`);
}

/** @param {{params: Record<string, string>}} props */
function DigestPage({params: {id}}) {
  const now = useNow(10_000);
  const {value, error} = useLive(async () => (await api.get(`/digests/${encodeURIComponent(id)}`)).data, [id]);
  const firing = (value?.alerts || []).filter((/** @type {any} */ it) => it.status === "firing");
  const run = () => acknowledgeAll(firing);
  const acts = can("alerts:write") && firing.length > 0;
  useKeys(acts ? {a: {run: () => run().then(touched).catch(sayError), says: "Acknowledge these"}} : {});
  if (!value) return html`<${Gone} what="digest" error=${error} />`;
  const {alerts, target, state, reason} = value;
  const became = [...new Set(alerts.map((/** @type {any} */ it) => it.status))].sort().join(" or ");
  const n = alerts.length;
  return html`<nav class="crumb" aria-label="You are here"><a href="/"><${Icon} name="back" />Alerts</a></nav>
    <header class="lead"><div><h1>${firing.length ? `Nobody has ${n > 1 ? `${firing.length} of ${n}` : "it"}` : `${n > 1 ? `All ${n} are` : "It is"} ${became || "gone"}`}</h1>
      <p class="quiet">${state === "sent" ? "Sent to" : "To"} ${targetName(target)}${target.startsWith("user:") && ` by ${methodName(value.channel)}`} <${Time} at=${value.sent_at || value.frozen_at} as="day" />${state !== "sent" && state && `: ${state}`}${reason && `, ${reason}`}.</p></div>
      <div class="do">${acts && html`<${Act} solid icon="check" keys="a" run=${run} doing="Acknowledging …">Acknowledge ${firing.length > 1 ? `these ${firing.length}` : "it"}<//>`}</div></header>
    <${ReadOnly} scope="alerts:write" what="alerts" />
    <ul class="panel listed">${alerts.map((/** @type {any} */ it) => html`<${AlertLine} key=${it.id} alert=${it} now=${now} />`)}</ul>
    ${n < value.alert_count && html`<p class="pagefoot">${plural(value.alert_count - n, "more alert")} of this message ${value.alert_count > 200 ? "are past the 200 that are shown, or" : "are"} not kept any more.</p>`}`;
}

/** An alert in a list of a digest or an incident. @param {{alert: any, now: number}} props */
export function AlertLine({alert, now}) {
  const {state, name, note} = whoHas(alert, now);
  const isAsleep = state === "asleep";
  const word = isAsleep ? "snoozed" : alert.status;
  const at = !isAsleep && (alert.resolved_at || alert.acknowledged_at);
  return html`<li class=${state}><${Mark} severity=${alert.severity} state=${state} says=${`${capital(alert.severity)}, ${word}`} />
    <div><a class="name" href=${`/console/alerts/${alert.id}`}>${alert.summary || alert.name}</a>
      <span class="quiet">${[alert.object, ...(state === "lone" ? ["nobody has it", note] : [`${word} by ${name}${at ? ` at ${clock(at, now)}` : ""}`, alert.snooze_reason])].filter(Boolean).join(", ")}</span></div>
    <span class="since num"><${Time} at=${alert.fired_at} as="ago" /></span>${alert.flapping && html`<${Tag} icon="flap">Flapping<//>`}</li>`;
}
