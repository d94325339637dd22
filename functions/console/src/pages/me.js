/** My sessions, how the console looks on this device, and my phone. */

import {api, signedOut} from "../core/api.js";
import {setKeysOff, useKeysOff} from "../core/keys.js";
import {useLive} from "../core/live.js";
import {setDensity, setTheme, useDensity, useTheme} from "../core/looks.js";
import {useMe} from "../core/me.js";
import {hasPage} from "../core/routes.js";
import {zoneName} from "../core/times.js";
import {say} from "../core/toasts.js";
import {html} from "../core/view.js";
import {plural} from "../core/words.js";
import {Act} from "../parts/act.js";
import {Icon} from "../parts/icon.js";
import {Select} from "../parts/select.js";
import {Skeleton} from "../parts/skeleton.js";
import {Tag} from "../parts/tag.js";
import {Time} from "../parts/time.js";

const PHONE = "/console/me/phone";
/** @type {Record<string, string>} */
const DOORS = {api_key: "an API key", link: "a link", oidc: "the company account"};

function Mine() {
  const me = useMe();
  if (!me) return html`<${Skeleton} />`;
  return html`<div class="mine"><div class="now"><h1>${me.user ? `You are ${me.user}` : `You use the key ${me.name}`}${me.role && `, ${me.role}`}</h1>
      <p>${me.session ? html`Signed in by ${DOORS[me.session.door] || me.session.door}, until <${Time} at=${me.session.expires_at} as="day" /> if unused, <${Time} at=${me.session.ends_at} as="day" /> at the latest.` : "By an API key, without a session."} Times are ${zoneName()}.</p></div>
    <${Sessions} me=${me} />
    <${Looks} />
    ${hasPage(PHONE) && html`<section class="panel pad"><h2>My phone</h2><p>Let this device be paged by push, and test it.</p><div class="do"><a class="btn" href=${PHONE}><${Icon} name="sms" />My phone</a></div></section>`}</div>`;
}

/** @param {{me: any}} props */
function Sessions({me}) {
  const {value: list} = useLive(async () => (await api.get("/sessions")).data);
  if (!list) return html`<${Skeleton} lines=${3} />`;
  // An administrator sees those of others too, and does not end them by the way.
  const isOwn = (/** @type {any} */ it) => (it.user ? it.user === me.user : it.key_id === me.key_id);
  const own = list.filter(isOwn);
  const foreign = list.filter((/** @type {any} */ it) => !isOwn(it));
  const others = own.filter((/** @type {any} */ it) => !it.is_this);
  const endOthers = async () => {
    for (const it of others) await api.remove(`/sessions/${it.id}`);
    say(`${plural(others.length, "session")} ended`);
  };
  const all = others.length > 0 && html`<${Act} small run=${endOthers} doing="Ending …">${others.length > 1 ? `End the ${others.length} others` : "End the other"}<//>`;
  return html`<section class="panel pad"><header><h2>${own.length ? `You have ${plural(own.length, "session")}` : "You have no session"}</h2>${all}</header><${List} list=${own} /></section>
    ${foreign.length > 0 && html`<section class="panel pad"><h2>${plural(foreign.length, "session")} of others</h2><${List} list=${foreign} /></section>`}`;
}

/** @param {{list: any[]}} props */
const List = ({list}) => html`<ul class="rows-in">${list.map((it) => html`<li key=${it.id}><div><b>${it.user || `key ${it.key_id}`}</b> by ${DOORS[it.door] || it.door} ${it.is_this && html`<${Tag}>this one<//>`}
    <p class="quiet">Opened <${Time} at=${it.created_at} as="day" />${it.last_used_at && html`, used <${Time} at=${it.last_used_at} as="day" />`}${it.agent && html`, <span title=${it.agent}>${device(it.agent)}</span>`}</p></div>
    <${Act} small run=${() => end(it)} doing="Ending …" says=${it.is_this ? "Sign out here" : `End the session of ${it.user || it.key_id}, opened ${it.created_at}`}>${it.is_this ? "Sign out" : "End"}<//></li>`)}</ul>`;

/** "Chrome, Android" of what the browser calls itself. @param {string} agent */
const device = (agent) => [/Firefox|Edg|Chrome|Safari|curl/, /iPhone|iPad|Android|Windows|Mac|Linux/].map((it) => it.exec(agent)?.[0].replace("Edg", "Edge")).filter(Boolean).join(", ") || agent.slice(0, 40);

/** @param {any} it */
async function end(it) {
  await api.remove(`/sessions/${it.id}`);
  if (it.is_this) signedOut.set(true);
  else say("Session ended");
}

function Looks() {
  const theme = useTheme();
  const density = useDensity();
  const isOff = useKeysOff();
  return html`<section class="panel pad"><h2>On this device</h2><div class="looks">
    <${Select} label="Theme" value=${theme} onInput=${setTheme} options=${[["system", "As the system"], ["light", "Light"], ["dark", "Dark"]]} />
    <${Select} label="Rows" value=${density} onInput=${setDensity} options=${[["usual", "Usual"], ["compact", "Compact"]]} />
    <label class="tick"><input type="checkbox" checked=${!isOff} onChange=${(/** @type {any} */ event) => setKeysOff(!event.currentTarget.checked)} />Single keys act (? shows them)</label></div></section>`;
}

/** @type {import("../core/types.js").Page} */
export const mePage = {path: "/console/me", title: () => "Me", component: Mine};
