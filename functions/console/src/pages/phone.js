/** My phone: let this device be paged by push, test it, and tick what arrived. */

import {ApiError, api} from "../core/api.js";
import {touched, useLive} from "../core/live.js";
import {can, useMe} from "../core/me.js";
import {allowPush, ownDeviceId, pushPermission, pushSupport, removeDevice} from "../core/push.js";
import {useRoute} from "../core/routes.js";
import {say} from "../core/toasts.js";
import {html, useEffect, useState} from "../core/view.js";
import {plural} from "../core/words.js";
import {Act} from "../parts/act.js";
import {Banner} from "../parts/banner.js";
import {Confirm} from "../parts/confirm.js";
import {Empty} from "../parts/empty.js";
import {Icon} from "../parts/icon.js";
import {Skeleton} from "../parts/skeleton.js";
import {Tag} from "../parts/tag.js";
import {Time} from "../parts/time.js";

/** @typedef {import("../core/push.js").Device} Device */

const WEEK_MS = 7 * 86_400_000;

function Phone() {
  const me = useMe();
  if (!me) return html`<${Skeleton} />`;
  if (!me.user) return html`<${Empty} title="Push is for people" why="This key belongs to no person, so it has no phone. Sign in as yourself to add one." />`;
  return html`<${Devices} />`;
}

function Devices() {
  const {query} = useRoute();
  const {value: devices, error} = useLive(async () => /** @type {Device[]} */ ((await api.get("/me/push-devices")).data));
  const [asked, setAsked] = useState(query.device || "");
  usePushes((said) => said.device && setAsked(said.device));
  if (error && !devices) return html`<${Empty} title="Your devices cannot be shown" why=${error.message} />`;
  if (!devices) return html`<${Skeleton} />`;
  const own = devices.find((it) => it.id === ownDeviceId() && !it.gone_at);
  const others = devices.filter((it) => it !== own);
  return html`<div class="phone"><div class="now"><h1>My phone</h1><p>${summary(devices)}</p></div>
    <section class="panel pad" aria-labelledby="this-device"><h2 id="this-device">This device</h2>${own ? html`<ul class="devices"><${Row} device=${own} isOwn asked=${asked === own.id} onAsked=${setAsked} /></ul>` : html`<${Offer} />`}</section>
    ${others.length > 0 && html`<section class="panel pad" aria-labelledby="other-devices"><h2 id="other-devices">${own ? "Other devices" : "Your devices"}</h2><ul class="devices">${others.map((it) => html`<${Row} key=${it.id} device=${it} asked=${asked === it.id} onAsked=${setAsked} />`)}</ul></section>`}
    <section class="panel pad" aria-labelledby="what-push-is"><h2 id="what-push-is">What push can do, and what not</h2><ul class="limits">
      <li><b>It does not wake a silent phone.</b> A push obeys silent mode and Do Not Disturb. Keep SMS in your rules as the second rung for the night.</li>
      <li><b>On an iPhone or iPad it needs the installed app:</b> in Safari press Share, then Add to Home Screen, and open Tocsin from there.</li>
      <li><b>It comes by the rules that say <code>push</code>,</b> and for critical alerts and warnings where you have no rules at all.</li>
      <li><b>Acknowledge and Snooze 1 h</b> stand on the notification where the system shows buttons; an iPhone shows none: tap it, and act on the page.</li>
      <li><b>Try it once a week.</b> A subscription can end without a word, by an update of the browser or by a long time out of use.</li></ul></section></div>`;
}

/** @param {Device[]} devices */
function summary(devices) {
  const live = devices.filter((it) => !it.gone_at);
  if (!live.length) return "No device of yours is reached by push yet.";
  const seen = live.filter((it) => it.last_seen_at && Date.now() - Date.parse(it.last_seen_at) < WEEK_MS);
  const tested = seen.length === live.length ? "each was seen to ring this week" : seen.length ? `${seen.length} seen to ring this week` : "none was seen to ring this week: send a test";
  return `Push reaches ${plural(live.length, "device")} of yours; ${tested}.`;
}

/** What the worker shows is told to the page too. @param {(said: {device?: string}) => void} hear */
function usePushes(hear) {
  useEffect(() => {
    if (!("serviceWorker" in navigator)) return undefined;
    const listen = (/** @type {MessageEvent} */ event) => event.data?.pushed && hear(event.data.pushed);
    navigator.serviceWorker.addEventListener("message", listen);
    return () => navigator.serviceWorker.removeEventListener("message", listen);
  }, []);
}

function Offer() {
  const support = pushSupport();
  if (support === "install") return html`<p>This browser takes no pushes itself. Install the console first: Share, then Add to Home Screen, and open it from there.</p>`;
  if (support === "insecure") return html`<p>Push needs https. This page came by plain http.</p>`;
  if (support === "none") return html`<p>This browser knows no push. Chrome, Firefox, Edge and Safari do.</p>`;
  if (pushPermission() === "denied") return html`<p>Notifications of this page are blocked in the browser. Allow them in its settings for this page, then load the page again.</p>`;
  if (!can("alerts:write")) return html`<p>You may read alerts but not act on them, so nothing pages you.</p>`;
  const allow = async () => {
    const device = await allowPush();
    say(`${device.name} is on. Send it a test.`);
  };
  return html`<p>Alerts then come as notifications, also while the console is closed. The browser asks you once.</p>
    <div class="do"><${Act} solid icon="sms" run=${allow} doing="Asking …">Allow push on this device<//></div>`;
}

/** @param {{device: Device, isOwn?: boolean, asked: boolean, onAsked: (id: string) => void}} props */
function Row({device, isOwn, asked, onAsked}) {
  const [problem, setProblem] = useState("");
  const [isRemoving, setRemoving] = useState(false);
  const {id, name} = device;
  const test = async () => {
    setProblem("");
    try {
      const {data} = await api.post(`/me/push-devices/${id}/test`);
      if (data.state === "failed") setProblem(data.reason);
      else onAsked(id);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.message);
    }
  };
  const seen = async () => {
    await api.post(`/me/push-devices/${id}/seen`);
    onAsked("");
    say("Noted: it arrived");
  };
  const missing = () => {
    onAsked("");
    setProblem("It did not arrive. Look whether the system lets the browser notify you, and whether a focus or Do Not Disturb is on. Then try again.");
  };
  return html`<li><div class="device"><${Icon} name="sms" /><div><b>${name}</b> ${isOwn && html`<${Tag}>this one<//>`} ${device.gone_at && html`<${Tag}>gone<//>`}<p class="quiet"><${Stands} device=${device} /></p></div>
    <div class="do">${!device.gone_at && html`<${Act} small run=${test} doing="Sending …" says=${`Send a test to ${name}`}>Send a test<//>`}<button type="button" class="btn small" aria-label=${`Remove ${name}`} onClick=${() => setRemoving(true)}>Remove</button></div></div>
    ${asked && html`<${Banner} icon="sms" live fact=${`Did the test arrive on ${name}?`} act=${html`<${Act} solid small run=${seen} doing="Noting …" icon="check">Yes, I saw it<//><button type="button" class="btn small" onClick=${missing}>No</button>`}><p>The push service took it. Only you can say whether it rang.</p><//>`}
    ${problem && html`<${Banner} kind="warn" icon="reach" live fact="The test did not reach it"><p>${problem}</p><//>`}
    ${isRemoving && html`<${Confirm} title=${`Remove ${name}?`} verb="Remove it" doing="Removing …" run=${async () => {
      await removeDevice(id);
      say(`${name} is removed`);
      await touched();
    }} onClose=${() => setRemoving(false)}><p>It gets no more pushes. You can add it again on the device itself.</p><//>`}</li>`;
}

/** @param {{device: Device}} props */
function Stands({device}) {
  if (device.gone_at) return html`Its push service ended the subscription <${Time} at=${device.gone_at} as="day" />: open this page on it and allow push again.`;
  if (!device.last_seen_at) return html`Added <${Time} at=${device.created_at} as="day" />, never seen to ring.`;
  const isOld = Date.now() - Date.parse(device.last_seen_at) > WEEK_MS;
  return html`Seen to ring <${Time} at=${device.last_seen_at} as="day" />${isOld && ", more than a week ago: send a test"}.`;
}

/** @type {import("../core/types.js").Page} */
export const phonePage = {path: "/console/me/phone", title: () => "My phone", component: Phone};
