/** Addresses that calendar programs subscribe to: made, shown once, revoked. */

import {api} from "../core/api.js";
import {useLive} from "../core/live.js";
import {can} from "../core/me.js";
import {say} from "../core/toasts.js";
import {html, useState} from "../core/view.js";
import {Act} from "../parts/act.js";
import {Button} from "../parts/button.js";
import {Code} from "../parts/code.js";
import {Confirm} from "../parts/confirm.js";
import {Time} from "../parts/time.js";

/** @typedef {{schedule?: string, user?: string, token_prefix: string, created_at: string}} Feed */

/** @param {{path: string, name: string, feed: Feed | undefined, mayChange: boolean}} props path: of the schedule or the user */
function Calendar({path, name, feed, mayChange}) {
  const [url, setUrl] = useState("");
  const [asks, setAsks] = useState(false);
  const make = async () => setUrl((await api.post(path)).data.url);
  const revoke = async () => {
    await api.remove(path);
    setUrl("");
    say("Revoked: the address answers no more");
  };
  return html`<li class="feed"><div><b>${name}</b>
    <p>${feed ? html`has an address, first made <${Time} at=${feed.created_at} as="day" />` : "has no address yet"}</p></div>
    ${mayChange && html`<span class="do">
      ${feed ? html`<${Button} small onClick=${() => setAsks(true)}>Revoke<//>` : html`<${Act} small run=${make} doing="Making …" says=${`Make an address of ${name}`}>Make<//>`}</span>`}
    ${url && html`<div class="once"><${Code} text=${url} says="Copy the address" /><p>It is shown once. Who knows it reads the calendar. Calendar programs look as often as they please, many once a day.</p></div>`}
    ${asks && html`<${Confirm} title="Revoke the address?" verb="Revoke" doing="Revoking …" run=${revoke} onClose=${() => setAsks(false)}><p>Calendars that subscribe to it show nothing new any more. Another one can be made.</p><//>`}
  </li>`;
}

/** @param {{schedule: string, user: string | null}} props */
function List({schedule, user}) {
  const {value} = useLive(async () => /** @type {Feed[]} */ ((await api.get("/feeds")).data));
  if (!value) return html`<p class="none">Looking …</p>`;
  const own = value.find((it) => user && it.user === user);
  return html`<ol>
    ${user && html`<${Calendar} key=${user} path=${`/users/${encodeURIComponent(user)}/feed`} name="Your shifts" feed=${own} mayChange=${can("alerts:write")} />`}
    <${Calendar} key=${`schedule ${schedule}`} path=${`/schedules/${encodeURIComponent(schedule)}/feed`} name=${schedule} feed=${value.find((it) => it.schedule === schedule)} mayChange=${can("config:write")} />
  </ol>`;
}

/** @param {{schedule: string, user: string | null}} props */
export function Calendars({schedule, user}) {
  const [isOpen, setOpen] = useState(false);
  const toggle = (/** @type {{currentTarget: {open: boolean}}} */ event) => setOpen(event.currentTarget.open);
  return html`<details class="panel turns" onToggle=${toggle}><summary><h2>Calendars</h2><span class="quiet">for your calendar program</span></summary>
    ${isOpen && html`<${List} schedule=${schedule} user=${user} />`}</details>`;
}
