import {api} from "../core/api.js";
import {useCommands} from "../core/commands.js";
import {useKeys} from "../core/keys.js";
import {touched} from "../core/live.js";
import {can, whoAmI} from "../core/me.js";
import {go} from "../core/routes.js";
import {say, sayError} from "../core/toasts.js";
import {html, useState} from "../core/view.js";
import {shiftEnds, useWatch} from "../core/watch.js";
import {listed} from "../core/words.js";
import {Act} from "./act.js";
import {AskDialog, Picks, sayAsked, useAskable} from "./ask-dialog.js";
import {Button} from "./button.js";
import {Field} from "./field.js";
import {ReadOnly} from "./gone.js";
import {Menu} from "./menu.js";
import {Select} from "./select.js";
import {Sentence} from "./sentence.js";
import {SnoozeMenu} from "./snooze-menu.js";

/**
 * What may be done with an alert, under the thumb on a phone. Each asks before what cannot be taken
 * back, and says whom it spares or calls.
 * @param {{alert: any}} props
 */
export function AlertActions({alert}) {
  const [asked, setAsked] = useState("");
  const [snoozing, setSnoozing] = useState(false);
  const watch = useWatch();
  const path = `/alerts/${alert.id}`;
  const isOpen = alert.status !== "resolved";
  const isHeld = alert.status === "acknowledged";
  const acts = isOpen && can("alerts:write");
  const post = (/** @type {string} */ action, /** @type {unknown} */ body) => api.post(`${path}/${action}`, body);
  const acknowledge = async () => {
    const {data} = await post("ack", {});
    say(data.already_acknowledged ? `${data.acknowledged_by} had acknowledged it before` : "Acknowledged");
  };
  const byKey = (/** @type {() => Promise<unknown>} */ run) => () => run().then(touched).catch(sayError);
  const snooze = async (/** @type {any} */ body, /** @type {string} */ until) => {
    try {
      await post("snooze", body);
      say(`Snoozed until ${until}`);
      await touched();
    } catch (error) {
      sayError(error);
    }
  };
  useKeys(
    can("alerts:write")
      ? {
          ...(acts && !isHeld ? {a: {run: byKey(acknowledge), says: "Acknowledge"}} : {}),
          ...(acts ? {r: {run: () => setAsked("resolve"), says: "Resolve"}, s: {run: () => setSnoozing(true), says: "Snooze"}, p: {run: () => setAsked("page"), says: "Ask people"}} : {}),
          n: {run: () => setAsked("note"), says: "Note"},
        }
      : {},
  );
  const more = moreOf(alert);
  useCommands(more.map(([name, what]) => ({name, run: () => setAsked(what)})));
  if (!can("alerts:write")) return html`<${ReadOnly} scope="alerts:write" what="alerts" />`;
  const resolve = html`<${Button} class=${isHeld ? "" : "wide"} solid=${isHeld} icon="resolve" keys="r" onClick=${() => setAsked("resolve")}>Resolve<//>`;
  return html`<div class="bar" role="group" aria-label="Actions">
      ${isOpen && (isHeld ? resolve : html`<${Act} solid icon="check" keys="a" run=${acknowledge} doing="Acknowledging …">Acknowledge<//>`)}
      ${isOpen && html`<${SnoozeMenu} onPick=${snooze} shiftEnds=${shiftEnds(watch)} keys="s" openNow=${snoozing} onOpen=${() => setSnoozing(false)} />`}
      ${isOpen && !isHeld && resolve}
      <${Button} class=${isOpen ? "wide roomy" : ""} icon="note" keys="n" onClick=${() => setAsked("note")}>Note<//>
      ${more.length > 0 && html`<${Menu} class="btn square" icon="more" label="" says="More actions">${more.map(
        ([name, what, words]) => html`<li key=${what} class=${what === "resolve" ? "narrow" : what === "note" ? "cramped" : ""}><button type="button" onClick=${() => setAsked(what)}>${name}${words && html`<span class="quiet">${words}</span>`}</button></li>`,
      )}<//>`}
    </div>
    ${asked && html`<${Question} what=${asked} alert=${alert} post=${post} onClose=${() => setAsked("")} />`}`;
}

/**
 * The other actions, with whom each calls.
 * @param {any} alert
 * @returns {[string, string, string][]} name, which, and a word more
 */
function moreOf(alert) {
  /** @type {[string, string, string][]} */
  const more = [];
  const isOpen = alert.status !== "resolved";
  const called = alert.next_action?.called || [];
  if (isOpen && alert.status === "firing") {
    more.push(["Resolve", "resolve", ""]);
    const begins = ["escalate", "release"].includes(alert.next_action?.kind);
    if (begins && !alert.silenced_by) more.push(["Begin the next step now", "escalate", listed(called.map((/** @type {any} */ it) => it.name).filter(Boolean))]);
  }
  if (isOpen) more.push(["Note", "note", ""], ["Ask people now", "page", "beside the policy"], ["Assign", "assign", alert.assigned_to || ""]);
  if (alert.status === "acknowledged") more.push(["Give it back", "unack", "it fires again"]);
  if (isOpen && alert.snoozed_until) more.push(["End the snooze", "unsnooze", ""]);
  if (can("incidents") && !alert.incident_id) more.push(["Open an incident", "incident", ""]);
  return more;
}

/** Questions that take a note and no more: title, verb, action, what was done, and the sentence of what it brings. */
const NOTED = /** @type {Record<string, [string, string, string, string, string]>} */ ({
  resolve: ["Resolve", "Resolve", "resolve", "Resolved", "if_resolved"],
  note: ["Note", "Write it down", "notes", "Noted", ""],
  unack: ["Give it back", "Give it back", "unack", "Given back: it fires again", "if_given_back"],
  unsnooze: ["End the snooze", "End the snooze", "unsnooze", "The snooze is over", "if_woken"],
  escalate: ["Begin the next step now", "Begin it", "escalate", "The next step has begun", ""],
});

/**
 * @param {{what: string, alert: any, post: (action: string, body: unknown) => Promise<import("../core/api.js").Answer>, onClose: () => void}} props
 */
function Question(props) {
  const {what, alert, post, onClose} = props;
  if (!NOTED[what]) return html`<${{page: PagePeople, assign: Assign}[what] || OpenIncident} ...${props} />`;
  const [title, verb, action, done, brings] = NOTED[what];
  const run = async (/** @type {string} */ note) => {
    await post(action, note ? {note} : {});
    say(done);
  };
  return html`<${AskDialog} title=${title} verb=${verb} required=${what === "note"} run=${run} onClose=${onClose}>${brings && html`<p><${Sentence} spans=${alert.words?.[brings]} /></p>`}${what === "escalate" && html`<p>${calledNow(alert)}</p>`}<//>`;
}

/** @param {any} alert */
function calledNow(alert) {
  const called = alert.next_action?.called || [];
  const names = listed(called.map((/** @type {any} */ it) => it.name).filter(Boolean));
  const step = alert.next_action?.step;
  return `${step ? `Step ${step} of ${alert.escalation_policy}: ` : ""}${names ? `${names} ${called.length > 1 ? "are" : "is"} called at once.` : "it is called at once."}`;
}

/** @param {{post: (action: string, body: unknown) => Promise<import("../core/api.js").Answer>, onClose: () => void}} props */
function PagePeople({post, onClose}) {
  const askable = useAskable();
  const [users, setUsers] = useState(/** @type {string[]} */ ([]));
  const [channels, setChannels] = useState(/** @type {string[]} */ ([]));
  const run = async (/** @type {string} */ note) => {
    const targets = [...users.map((user) => ({user})), ...channels.map((channel) => ({channel}))];
    const {warnings} = await post("page", {targets, ...(note ? {note} : {})});
    sayAsked(`${listed([...users, ...channels])} asked`, warnings);
  };
  return html`<${AskDialog} title="Ask people now" verb="Ask them" note="Note for them" ready=${users.length + channels.length > 0} run=${run} onClose=${onClose}>
    <p>They are told at once by their own rules, beside the policy, which goes on.</p>
    ${askable ? html`<${Picks} first legend="People" names=${askable.users} picked=${users} onPick=${setUsers} /><${Picks} legend="Channels" names=${askable.channels} picked=${channels} onPick=${setChannels} />` : html`<p class="quiet">Reading who there is …</p>`}
  <//>`;
}

/** @param {{alert: any, post: (action: string, body: unknown) => Promise<import("../core/api.js").Answer>, onClose: () => void}} props */
function Assign({alert, post, onClose}) {
  const askable = useAskable();
  const [user, setUser] = useState(whoAmI()?.user || alert.assigned_to || "");
  const run = async (/** @type {string} */ note) => {
    const {warnings} = await post("assign", {user, ...(note ? {note} : {})});
    sayAsked(`Assigned to ${user}`, warnings);
  };
  const options = [["", "Choose"], ...(askable?.users || (user ? [user] : [])).map((name) => [name, name])];
  return html`<${AskDialog} title="Assign" verb=${user ? `Assign to ${user}` : "Assign"} note="Note for them" ready=${Boolean(user)} run=${run} onClose=${onClose}>
    <p>The person is told at once, and the wait until the next step begins anew. An acknowledgement stays.</p>
    <${Select} label="To" value=${user} options=${options} onInput=${setUser} /><//>`;
}

/** @param {{alert: any, post: (action: string, body: unknown) => Promise<import("../core/api.js").Answer>, onClose: () => void}} props */
function OpenIncident({alert, post, onClose}) {
  const [title, setTitle] = useState((alert.summary || alert.name).slice(0, 256));
  const run = async () => {
    const {data} = await post("create-incident", {title});
    say("Incident opened");
    go(`/console/incidents/${data.id}`);
  };
  return html`<${AskDialog} title="Open an incident" verb="Open it" note=${null} ready=${Boolean(title.trim())} run=${run} onClose=${onClose}>
    <p>For what several people work on. It pages nobody by itself.</p>
    <${Field} label="Title" value=${title} onInput=${setTitle} required more=${{maxLength: 256}} /><//>`;
}
