import {can} from "../core/me.js";
import {clock, inFull, useNow, ago} from "../core/times.js";
import {html} from "../core/view.js";
import {capital, nextOf, whoHas} from "../core/words.js";
import {Fuse} from "../parts/fuse.js";
import {Icon} from "../parts/icon.js";
import {Mark} from "../parts/mark.js";
import {Tag} from "../parts/tag.js";

const STATES = {lone: "firing", held: "acknowledged", asleep: "snoozed", over: "no longer open"};
const HELD = {silence: "silenced", window: "maintenance", hours: "outside hours", awake: ""};
const PEOPLE = 3; // grounds of faces

/**
 * One alert of a list.
 * @param {{alert: import("../core/types.js").Alert, isGone: boolean, isSelected: boolean, isAt: boolean, isBusy: boolean, acts: boolean,
 *   onPick: (id: string, isRange: boolean) => void, onAct: (verb: import("../core/bulk.js").Verb, id: string) => void}} props
 */
export function AlertRow({alert, isGone, isSelected, isAt, isBusy, acts, onPick, onAct}) {
  const now = useNow(10_000);
  const {id, severity, name, fired_at} = alert;
  const {state: real, name: who, note} = whoHas(alert, now);
  const state = isGone ? "over" : real;
  const about = [alert.reason || (alert.summary === name ? "" : alert.summary), alert.object].filter(Boolean).join(", ");
  const pick = (/** @type {MouseEvent} */ event) => onPick(id, event.shiftKey);
  return html`<li class=${`row ${severity} ${state}`} data-id=${id} data-at=${isAt ? "" : null}>
    ${acts && html`<label class="pick"><input type="checkbox" checked=${isSelected} aria-label=${`Select ${name}`} onClick=${pick} /></label>`}
    <${Mark} severity=${severity} state=${state} says=${`${capital(severity)}, ${STATES[state]}`} />
    <div class="what"><a class="name" href=${`/console/alerts/${id}`}>${name}</a><span class="about">${about && html`<span>${about}</span>`}
      ${alert.occurrences > 1 && html`<${Tag} icon="repeat" class="rep">×${alert.occurrences}<//>`}
      ${alert.flapping && html`<${Tag} icon="flap">flapping<//>`}${state === "asleep" && html`<${Tag} icon="snooze">snoozed<//>`}
      ${alert.held_by && html`<${Tag} icon=${alert.held_by.kind === "awake" ? "awake" : "snooze"}>${HELD[alert.held_by.kind] || `${alert.held_by.name} is awake`}<//>`}</span></div>
    <span class="since num">${ago(fired_at, now)} <time datetime=${fired_at} title=${inFull(fired_at)}>${clock(fired_at, now)}</time></span>
    <div class="state"><span class="who">${!isGone && (real !== "lone" || severity !== "info") && html`${real !== "lone" && html`<span class=${`face p${1 + (who.charCodeAt(0) % PEOPLE)}`} aria-hidden="true">${capital(who.charAt(0))}</span>`}
      <b>${who}</b><small>${note}</small>`}</span>
      ${isGone ? html`<span class="next"><span>No longer in this list</span></span>` : html`<${NextCell} alert=${alert} />`}</div>
    ${acts && html`<div class="act">${!isGone && html`<${RowButton} alert=${alert} state=${real} isBusy=${isBusy} onAct=${onAct} />`}</div>`}
  </li>`;
}

/** @param {{alert: import("../core/types.js").Alert}} props */
function NextCell({alert}) {
  const now = useNow(alert.next_action?.at ? 1000 : 60_000);
  const next = nextOf(alert, now);
  const says = `Time left: ${next.short}`;
  return html`<span class=${`next ${next.isSoon ? "soon" : ""}`}><span>${next.clock && html`<b>${next.clock}</b> `}<span class=${next.isSpent ? "spent" : null}>${next.short}</span></span>
    ${next.burns && next.left !== null && html`<${Fuse} left=${next.left} says=${says} soon=${next.isSoon} />`}</span>`;
}

/** @param {{alert: import("../core/types.js").Alert, state: string, isBusy: boolean, onAct: (verb: import("../core/bulk.js").Verb, id: string) => void}} props */
function RowButton({alert, state, isBusy, onAct}) {
  if (state === "over" || !can("alerts:write")) return null;
  const {id, severity, name} = alert;
  const verb = state === "lone" ? "ack" : state === "held" ? "resolve" : "unsnooze";
  const says = {ack: "Acknowledge", resolve: "Resolve", unsnooze: "Wake"}[verb];
  const isExpected = verb === "ack" && severity === "critical";
  const look = `btn ${isExpected ? "solid" : ""} ${verb === "ack" && severity === "info" ? "later" : ""}`;
  return html`<button type="button" class=${look} aria-label=${`${says} ${name}`} aria-busy=${isBusy ? "true" : null} onClick=${() => isBusy || onAct(verb, id)}>${isExpected && html`<${Icon} name="check" />`}${says}</button>`;
}
