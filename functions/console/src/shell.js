/** What is around each page: rail, watch, what was said. */

import {api, signedOut} from "./core/api.js";
import {openPalette, useCommands, usePaletteOpen} from "./core/commands.js";
import {useKeys} from "./core/keys.js";
import {setDensity, turnTheme, useDensity, useTheme} from "./core/looks.js";
import {useFreshness, useLive} from "./core/live.js";
import {useMe} from "./core/me.js";
import {go, hasPage, useRoute} from "./core/routes.js";
import {useNow, zoneName} from "./core/times.js";
import {sayError} from "./core/toasts.js";
import {html, useEffect, useState} from "./core/view.js";
import {loadWatch, useWatch} from "./core/watch.js";
import {Button} from "./parts/button.js";
import {Dialog} from "./parts/dialog.js";
import {OnDuty} from "./parts/duty.js";
import {Freshness, OldBanner} from "./parts/freshness.js";
import {Icon} from "./parts/icon.js";
import {KeysHelp} from "./parts/keys-help.js";
import {Palette} from "./parts/palette.js";
import {Toasts} from "./parts/toasts.js";

/** Name, address, icon, key after g, and whether it hides behind "More" on a phone. */
const RAIL = /** @type {const} */ ([
  ["Alerts", "/", "alerts", "a", false],
  ["On call", "/console/on-call", "oncall", "o", false],
  ["Incidents", "/console/incidents", "incidents", "i", false],
  ["Reachability", "/console/reachability", "reach", "r", false],
  ["Set-up", "/console/set-up", "setup", "s", true],
  ["Activity", "/console/activity", "activity", "c", true],
  ["Me", "/console/me", "person", "m", true],
]);
const THEME_SAYS = {system: "Theme: as the system", light: "Theme: light", dark: "Theme: dark"};

/**
 * @param {{page: import("./core/types.js").Page, children: import("./vendor/preact.js").Children, tools: import("./vendor/preact.js").Component<any>[],
 *   banners: import("./vendor/preact.js").Component<any>[]}} props
 *   tools: more for the header; banners: above each page
 */
export function Shell({page, children, tools, banners}) {
  const {params, query} = useRoute();
  const [isHelp, setHelp] = useState(false);
  const [isMore, setMore] = useState(false);
  const isPalette = usePaletteOpen();
  const {unheld, isMore: isOver} = useWatch();
  const isTv = query.tv === "1";
  useLive(loadWatch, [], {inHidden: true});
  const title = page.title({params});
  useEffect(() => {
    document.title = `${unheld ? `(${unheld}${isOver ? "+" : ""}) ` : ""}${title} · Tocsin`;
    drawFavicon(unheld);
  }, [title, unheld, isOver]);
  useEffect(() => {
    document.documentElement.classList.toggle("tv", isTv);
  }, [isTv]);
  const places = RAIL.filter(([, path]) => hasPage(path));
  useKeys({
    ...Object.fromEntries(places.map(([name, path, , key]) => [`g ${key}`, {run: () => go(path), says: name, group: "Go to"}])),
    "?": {run: () => setHelp(true), says: "Show the keys"},
    "Ctrl-K": {run: () => openPalette(), says: "Search and commands"},
    t: {run: turnTheme, says: "Theme: system, light, dark"},
  });
  const density = useDensity();
  useCommands([
    ...places.map(([name, path, , key]) => ({name: `Go to ${name}`, run: () => go(path), keys: `g ${key}`})),
    {name: "Turn the theme: system, light, dark", run: turnTheme, keys: "t"},
    {name: density === "compact" ? "Rows with more room" : "Compact rows", run: () => setDensity(density === "compact" ? "usual" : "compact")},
    {name: "Wall screen: nothing to press, larger", run: () => go("/?tv=1")},
    {name: "Show the keys", run: () => setHelp(true), keys: "?"},
    {name: "Sign out", run: signOut},
  ]);
  return html`<a class="skip" href="#main">Skip to the content</a>
    ${!isTv && html`<${Rail} places=${places} onMore=${() => setMore(true)} />`}
    <${Header} tools=${isTv ? [] : tools} isTv=${isTv} />
    <main id="main" tabindex="-1">
      <${OldBanner} />${banners.map((Each, index) => html`<${Each} key=${index} />`)}${children}
    </main>
    <${Toasts} />
    ${isHelp && html`<${KeysHelp} onClose=${() => setHelp(false)} />`}
    ${isPalette && html`<${Palette} />`}
    ${isMore && html`<${More} places=${places} onClose=${() => setMore(false)} />`}`;
}

async function signOut() {
  try {
    await api.remove("/session");
    signedOut.set(true);
  } catch (error) {
    sayError(error);
  }
}

/** The page's own icon, which comes with it. */
const usual = {icon: ""};

/** @param {number} count */
function drawFavicon(count) {
  const link = document.getElementById("favicon");
  if (!(link instanceof HTMLLinkElement)) return;
  usual.icon ||= link.href;
  const text = count > 99 ? "99+" : String(count);
  const badge = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#c4162a" d="M10 1h12l9 9v12l-9 9H10l-9-9V10z"/><text x="16" y="${count > 99 ? 21 : 22.5}" text-anchor="middle" font-family="sans-serif" font-weight="700" font-size="${count > 99 ? 13 : 18}" fill="#fff">${text}</text></svg>`;
  const icon = count ? `data:image/svg+xml,${encodeURIComponent(badge)}` : usual.icon;
  // The same address set again would be fetched again.
  if (link.href !== icon) link.href = icon;
}

/** @param {{places: (typeof RAIL)[number][], onMore: () => void}} props */
function Rail({places, onMore}) {
  const {path} = useRoute();
  const me = useMe();
  const {unheld, isMore} = useWatch();
  const isHere = (/** @type {string} */ address) => (address === "/" ? path === "/" || path.startsWith("/console/alerts") : path.startsWith(address));
  const count = unheld > 0 && html`<span class="count">${unheld}${isMore && "+"}<span class="unseen"> critical without anyone</span></span>`;
  const team = me?.team || "";
  return html`<nav class="rail" aria-label="Pages">
    <a class="team" href="/" aria-label=${["Tocsin", team].filter(Boolean).join(", ")}><${Icon} name="tocsin" /><span class="words"><b>Tocsin</b><span>${[team, me?.stage].filter(Boolean).join(", ")}</span></span></a>
    <ul>${places.map(([name, address, icon, , isDesk]) => html`<li key=${address} class=${isDesk ? "desk" : null}>
        <a href=${address} aria-current=${isHere(address) ? "page" : null}><${Icon} name=${icon} />${name}${address === "/" && count}</a></li>`)}
      <li class="narrow"><button type="button" onClick=${onMore}><${Icon} name="more" />More</button></li></ul>
    <p class="foot">Times are ${zoneName()}<br />Signed in as ${me?.user || me?.name || "…"}${me?.session && html`<br /><button type="button" onClick=${signOut}>Sign out</button>`}</p>
  </nav>`;
}

/** What the rail has no room for on a phone. @param {{places: (typeof RAIL)[number][], onClose: () => void}} props */
function More({places, onClose}) {
  const me = useMe();
  const theme = useTheme();
  return html`<${Dialog} title="More" class="sheet-up" onClose=${onClose}>
    <ul class="choices">${places.filter(([, , , , isDesk]) => isDesk).map(([name, address, icon]) => html`<li key=${address}><a href=${address} onClick=${onClose}><${Icon} name=${icon} />${name}</a></li>`)}
      <li><button type="button" onClick=${turnTheme}><${Icon} name="theme" />${THEME_SAYS[theme]}</button></li>
      <li><a href="/docs"><${Icon} name="out" />The API</a></li>
      ${me?.session && html`<li><button type="button" onClick=${signOut}><${Icon} name="key" />Sign out</button></li>`}</ul>
    <p class="quiet">Times are ${zoneName()}. Signed in as ${me?.user || me?.name || "…"}.</p>
  <//>`;
}

/** @param {{tools: import("./vendor/preact.js").Component<any>[], isTv: boolean}} props */
function Header({tools, isTv}) {
  const theme = useTheme();
  return html`<header class="watch">
    <${OnDuty}><${Freshness} class="narrow" /><//>
    <div class="tools"><${Freshness} class="wide" />
      ${!isTv && html`<${Button} bare class="wide" icon="search" says="Search and commands" onClick=${() => openPalette()}><span class="roomy">Search <kbd>Ctrl K</kbd></span><//>
        <${Button} bare square class="narrow" icon="search" says="Search and commands" onClick=${() => openPalette()} />
        ${tools.map((Each, index) => html`<${Each} key=${index} />`)}
        <${Button} bare square class="wide" icon="theme" says=${THEME_SAYS[theme]} onClick=${turnTheme} />`}
    </div>
    <${SpeakFreshness} />
  </header>`;
}

/** Only the change from fresh to stale and back is read aloud, not each second. */
function SpeakFreshness() {
  const {isStale, asOf} = useFreshness(useNow(10_000));
  useEffect(() => {
    document.documentElement.classList.toggle("stale", isStale);
  }, [isStale]);
  return html`<span class="unseen" role="status">${isStale ? "No answer from the stack. Trying again." : asOf ? "Up to date" : ""}</span>`;
}

/** The page at an address that is none. */
export function NoPage() {
  const {path} = useRoute();
  return html`<div class="calm"><h1>Nothing is here</h1><p>There is no page at <code>${path}</code>.</p><div class="do"><a class="btn solid" href="/">Show the alerts</a></div></div>`;
}
