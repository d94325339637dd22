import {clockWithSeconds, dayAndTime, inFull, span, useNow} from "../core/times.js";
import {capital, methodName} from "../core/words.js";
import {html} from "../core/view.js";
import {Icon} from "./icon.js";

const ICONS = /** @type {Record<string, string>} */ ({"e-mail": "mail", SMS: "sms", Slack: "chat", push: "sms"});
const OCCASIONS = /** @type {Record<string, string>} */ ({
  first: "first page", escalated: "nobody had acknowledged", repeated: "asked again", restarted: "asked anew", changed: "its state changed",
  worsened: "it became worse", asked: "somebody asked for it", assigned: "it was assigned", unreached: "nobody was reached",
  bundled: "a digest", released: "what held it back ended", awake_ended: "what came while awake", still_there: "still there?",
});
const STATES = /** @type {Record<string, [string, string, string]>} */ ({
  waiting: ["Waits", "", ""], claimed: ["Being sent", "", "next"], retrying: ["Tried again", "no", "retry"],
  sent: ["Sent", "ok", "check"], failed: ["Failed", "no", "close"], skipped: ["Not sent", "", "close"],
});

/** By what, in words, and its icon. @param {string} channel as `sms+5m` @param {string} target as `user:alice` */
export function wayOf(channel, target) {
  if (!String(target).startsWith("user:")) return ["Channel", "hook"];
  const method = methodName(channel);
  return [capital(method), ICONS[method] || "hook"];
}

/** Those that wait first, then the newest. @param {any[]} rows */
export function inOrder(rows) {
  const waits = (/** @type {any} */ it) => (["waiting", "claimed", "retrying"].includes(it.state) ? 0 : 1);
  return [...rows].sort((a, b) => waits(a) - waits(b) || Date.parse(b.changed_at) - Date.parse(a.changed_at));
}

/** Who was told, how, when and what came of it. @param {{rows: any[], names: (user: string) => string}} props */
export function Ledger({rows, names}) {
  const now = useNow(10_000);
  if (!rows.length) return html`<p class="quiet">Nobody was told yet.</p>`;
  return html`<table class="ledger"><thead><tr><th scope="col">Who</th><th scope="col">How</th><th scope="col">When</th><th scope="col">What came of it</th></tr></thead>
    <tbody>${inOrder(rows).map((it) => html`<${Row} key=${it.id} it=${it} names=${names} now=${now} />`)}</tbody></table>`;
}

/** @param {{it: any, names: (user: string) => string, now: number}} props */
function Row({it, names, now}) {
  const [kind, name] = [it.target.slice(0, it.target.indexOf(":")), it.target.slice(it.target.indexOf(":") + 1)];
  const [way, icon] = wayOf(it.channel, it.target);
  const [word, look, sign] = STATES[it.state] || [capital(it.state), "", ""];
  const at = it.due_at || it.next_attempt_at || it.sent_at || it.changed_at;
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  return html`<tr><th scope="row"><b>${kind === "user" ? names(name) : name}</b></th>
    <td><span class="how"><${Icon} name=${icon} />${way}</span></td>
    <td class="num"><time datetime=${at} title=${inFull(at)}>${isToday ? clockWithSeconds(Date.parse(at)) : dayAndTime(at, now)}</time></td>
    <td><span class=${`told ${look}`}>${sign && html`<${Icon} name=${sign} />`}${word}</span> <span class="why">${whyOf(it)}</span>
      ${it.bundled_into && html` <a class="why" href=${`/console/digests/${it.bundled_into}`}>in a digest</a>`}</td></tr>`;
}

/** @param {any} it */
function whyOf(it) {
  const event = it.event.replace("alert.", "");
  const about = event === "paged" ? [OCCASIONS[it.occasion], it.step > 0 && `step ${it.step}`, it.step > 0 && it.loop > 1 && `run ${it.loop}`] : [`update: ${event}`];
  const by = it.schedule ? `on call by ${it.schedule.split("/")[0]}` : "";
  const took = it.state === "sent" ? Date.parse(it.sent_at) - Date.parse(it.created_at) : 0;
  const late = took >= 1000 && took < 600_000 ? `in ${span(took)}` : "";
  const tries = it.attempts > 1 ? `${it.attempts} attempts` : "";
  return [late, it.reason, ...about, by, tries].filter(Boolean).join(", ");
}
