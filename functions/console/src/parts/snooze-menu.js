import {clock, dayAndTime, nextAt, timeNow, useNow} from "../core/times.js";
import {html, useState} from "../core/view.js";
import {Menu} from "./menu.js";

const MINUTE_MS = 60_000;
const LONGEST_MS = 30 * 24 * 60 * MINUTE_MS; // the API's limit of a snooze

/**
 * Until when; each choice names its end.
 * @param {{onPick: (body: {until: string, sticky_severity: boolean, reason?: string}, words: string) => unknown, shiftEnds?: string | null, label?: string, class?: string,
 *   up?: boolean, keys?: string, says?: string, openNow?: boolean, onOpen?: () => void}} props
 *   shiftEnds: of the shift of the person who looks, if there is one
 */
export function SnoozeMenu({onPick, shiftEnds = null, label = "Snooze", class: look = "btn", up, keys, says, openNow, onOpen}) {
  const now = useNow(10_000);
  const [wakes, setWakes] = useState(true);
  const [own, setOwn] = useState("");
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState("");
  const [opened, setOpened] = useState(now);
  const after = (/** @type {number} */ minutes) => new Date(opened + minutes * MINUTE_MS).toISOString();
  /** @type {[string, string][]} */
  const choices = [["15 minutes", after(15)], ["1 hour", after(60)]];
  if (shiftEnds && Date.parse(shiftEnds) > opened) choices.push(["Until my shift ends", shiftEnds]);
  choices.push(["Until 09:00", nextAt(9, opened)]);
  const pick = (/** @type {string} */ until) => onPick({until, sticky_severity: !wakes, ...(reason.trim() && {reason: reason.trim()})}, clock(until, now));
  const pickOwn = (/** @type {Event} */ event, /** @type {() => void} */ close) => {
    event.preventDefault();
    const until = Date.parse(own);
    if (!(until > timeNow())) setProblem("Give a time that lies ahead.");
    else if (until - timeNow() > LONGEST_MS) setProblem("At most 30 days.");
    else {
      pick(new Date(until).toISOString());
      close();
    }
  };
  return html`<${Menu} label=${label} class=${look} icon="snooze" up=${up} keys=${keys} says=${says} openNow=${openNow} onOpen=${() => {
    setOpened(timeNow());
    onOpen?.();
  }}>${(/** @type {() => void} */ close) => html`
    ${choices.map(([name, until]) => html`<li key=${name}><button type="button" onClick=${() => pick(until)}>${name}<span class="num quiet">${dayAndTime(until, opened).replace(/^today\u00a0/, "")}</span></button></li>`)}
    <li><form onSubmit=${(/** @type {Event} */ event) => pickOwn(event, close)}><label>Until<input type="datetime-local" value=${own} aria-invalid=${problem ? "true" : null}
      onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ event) => setOwn(event.currentTarget.value)} /></label><button class="btn" type="submit">Snooze</button>${problem && html`<small class="problem" role="alert">${problem}</small>`}</form></li>
    <li><div class="why"><label>Why (optional)<input type="text" maxlength="1000" autocomplete="off" value=${reason} onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ event) => setReason(event.currentTarget.value)} /></label></div></li>
    <li class="check"><label>Wake me if it gets worse<input type="checkbox" checked=${wakes} onChange=${() => setWakes(!wakes)} /></label></li>`}
  <//>`;
}
