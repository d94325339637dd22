import {api} from "../core/api.js";
import {useCommands} from "../core/commands.js";
import {keep, kept} from "../core/kept.js";
import {isDue, touched, useLive} from "../core/live.js";
import {can, useMe} from "../core/me.js";
import {newStore, useStore} from "../core/store.js";
import {clock, countdown, dayAndTime, timeNow, useNow} from "../core/times.js";
import {say} from "../core/toasts.js";
import {html, useEffect, useState} from "../core/view.js";
import {Act} from "./act.js";
import {AskDialog} from "./ask-dialog.js";
import {Banner} from "./banner.js";
import {Button} from "./button.js";

const MINUTE_MS = 60_000;
const SHORTEST_MIN = 30; // the API's limits
const LONGEST_MIN = 240;
const CHOICES = /** @type {[number, string][]} */ ([[30, "30 minutes"], [60, "1 hour"], [120, "2 hours"], [240, "4 hours"]]);
const SEEN_EVERY_MS = 4 * MINUTE_MS; // the stack waits 15 min for a sign
const ASKS_BELOW_MS = 5 * MINUTE_MS;
const TOLD_FOR_MS = 30 * MINUTE_MS; // that it has ended by itself

/**
 * @typedef {{user: string, awake: boolean, scope: "mine" | "team" | null, since: string | null, until: string | null, ends_at: string | null,
 *   ended_by: "time" | "hand" | "quiet" | null}} Awake
 */

const state = newStore(/** @type {Awake | null} */ (null));
const asked = newStore(false);
const dismissed = newStore("");

const known = {at: 0};

/** @param {Awake} next */
function know(next) {
  known.at = timeNow();
  keep("awake", next.awake ? "yes" : null);
  if (JSON.stringify(next) !== JSON.stringify(state.get())) state.set(next);
}

/** @param {unknown} [all] who is asleep may become awake elsewhere, and is asked about every five minutes */
async function load(all) {
  if (all || state.get()?.awake || isDue(known.at)) know((await api.get("/me/awake")).data);
}

/** Say it, or change the end. @param {number} minutes @param {string} scope */
async function begin(minutes, scope) {
  know((await api.post("/me/awake", {for: `${Math.min(LONGEST_MIN, Math.max(SHORTEST_MIN, Math.ceil(minutes)))}m`, scope})).data);
}

async function end() {
  know((await api.remove("/me/awake")).data);
  say("Good night. What waited goes on where it was");
}

/** A person can be awake, a key of nobody cannot. @param {import("../core/types.js").Me | null} me */
const mayBe = (me) => Boolean(me?.user) && can("alerts:write");

/** In the header: "I'm awake", or until when. */
export function AwakeButton() {
  const me = useMe();
  const awake = useStore(state);
  const now = useNow(10_000);
  const isAwake = Boolean(awake?.awake);
  useCommands(mayBe(me) ? [{name: isAwake ? "I'm awake: change the end" : "I'm awake", run: () => asked.set(true)}, ...(isAwake ? [{name: "Going to sleep", run: () => end().then(touched)}] : [])] : []);
  if (!mayBe(me)) return null;
  const says = isAwake && awake?.until ? `Awake until ${clock(awake.until, now)}` : "I’m awake";
  const open = () => asked.set(true);
  return html`<${Button} class="wide" icon="awake" pressed=${isAwake ? true : null} onClick=${open}>${says}<//>
    <${Button} bare square class="narrow" icon="awake" says=${says} pressed=${isAwake ? true : null} onClick=${open} />`;
}

/** Above each page, while this person is awake, and when it has ended by itself. */
export function AwakeBanner() {
  const me = useMe();
  const isAsked = useStore(asked);
  const awake = useStore(state);
  if (!mayBe(me)) return null;
  return html`<${Mine} />${isAsked && html`<${Question} awake=${awake?.awake ? awake : null} onClose=${() => asked.set(false)} />`}`;
}

function Mine() {
  // Whoever was not awake when this browser last heard of it can wait for the list.
  useLive(load, [], {waits: !kept("awake")});
  const awake = useStore(state);
  const now = useNow(1000);
  const gone = useStore(dismissed);
  useSigns(Boolean(awake?.awake));
  if (!awake?.until || !awake.ends_at) return null;
  const left = Date.parse(awake.ends_at) - now;
  if (awake.awake && left > 0) return html`<${IsAwake} awake=${awake} left=${left} now=${now} />`;
  // Its end follows from the clock alone; the stack says so at the next look.
  const by = awake.ended_by || (Date.parse(awake.until) > Date.parse(awake.ends_at) ? "quiet" : "time");
  if (by === "hand" || left < -TOLD_FOR_MS || gone === awake.ends_at) return null;
  const act = html`<${Button} onClick=${() => asked.set(true)}>I’m awake again<//><${Button} bare onClick=${() => dismissed.set(/** @type {string} */ (awake.ends_at))}>Dismiss<//>`;
  return html`<${Banner} kind="warn" icon="awake" says="Awake" live fact=${`You count as asleep since ${clock(awake.ends_at, now)}`} act=${act}>
    <p>${by === "quiet" ? "Nothing was opened or done for 15 minutes." : "The time that you gave is over."} Pages come one by one again, and the next steps go on.</p><//>`;
}

/** @param {{awake: Awake, left: number, now: number}} props */
function IsAwake({awake, left, now}) {
  const until = /** @type {string} */ (awake.until);
  const asks = left < ASKS_BELOW_MS && Date.parse(until) - now > left + MINUTE_MS;
  const stay = () => begin((Date.parse(until) - timeNow()) / MINUTE_MS, awake.scope || "mine");
  const bye = html`<${Act} run=${end} doing="Ending …">Going to sleep<//>`;
  const more = html`<${Button} bare onClick=${() => asked.set(true)}>Change<//>`;
  if (asks) {
    return html`<${Banner} kind="warn" icon="awake" says="Awake" live fact="Still there?" act=${html`<${Act} solid run=${stay} doing="Saying so …">I’m still here<//>${bye}`}>
      <p>Nothing was opened or done for a while. In <b class="num">${countdown(left)}</b> the next steps go on and others are called.</p><//>`;
  }
  const whose = awake.scope === "team" ? "The team’s next steps wait" : "The next steps of what you were told wait";
  return html`<${Banner} kind="fine" icon="awake" says="Awake" fact=${`You are awake until ${dayAndTime(until, now).replace(/^today\u00a0/, "")}`} act=${html`${more}${bye}`}>
    <p>Your pages come as one message every 5 minutes. ${whose}. Without a sign of you, that ends at <b class="num">${clock(/** @type {string} */ (awake.ends_at), now)}</b>.</p><//>`;
}

/** Whoever presses keys or buttons here is there: the stack is told, once in a while. @param {boolean} isAwake */
function useSigns(isAwake) {
  useEffect(() => {
    if (!isAwake) return;
    let last = timeNow();
    const sign = () => {
      if (timeNow() - last < SEEN_EVERY_MS) return;
      last = timeNow();
      api.post("/me/awake/seen").then(({data}) => know(data)).catch(() => undefined);
    };
    document.addEventListener("pointerdown", sign);
    document.addEventListener("keydown", sign);
    return () => {
      document.removeEventListener("pointerdown", sign);
      document.removeEventListener("keydown", sign);
    };
  }, [isAwake]);
}

/** For how long, and whose alerts. @param {{awake: Awake | null, onClose: () => void}} props */
function Question({awake, onClose}) {
  const now = useNow(10_000);
  const [minutes, setMinutes] = useState(60);
  const [scope, setScope] = useState(awake?.scope || "mine");
  const run = () => begin(minutes, scope);
  return html`<${AskDialog} title=${awake ? "Change until when you are awake" : "I’m awake"} verb=${awake ? "Change it" : "I’m awake"} note=${null} run=${run} onClose=${onClose}>
    <p>While you work through alerts, your pages come as one message every 5 minutes, by e-mail and Slack, and nobody else is called for what you know of. An unrelated critical still pages at once.</p>
    <fieldset class="picks"><legend>For how long</legend>${CHOICES.map(
      ([each, words]) => html`<label key=${each}><input type="radio" name="awake-for" checked=${minutes === each} onChange=${() => setMinutes(each)} />${words}<span class="quiet num">${clock(new Date(now + each * MINUTE_MS).toISOString(), now)}</span></label>`,
    )}</fieldset>
    <fieldset class="picks"><legend>Whose alerts</legend>
      <label><input type="radio" name="awake-scope" checked=${scope === "mine"} onChange=${() => setScope("mine")} />Those that ask me</label>
      <label><input type="radio" name="awake-scope" checked=${scope === "team"} onChange=${() => setScope("team")} />All of the team</label></fieldset>
    <p class="quiet">It ends by its time, when you say so, or when you have opened and done nothing for 15 minutes.</p><//>`;
}
