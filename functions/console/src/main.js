/** Starts the console. */

import {ApiError, signedOut} from "./core/api.js";
import {beginKeys} from "./core/keys.js";
import {beginLive} from "./core/live.js";
import {applyLooks} from "./core/looks.js";
import {loadMe} from "./core/me.js";
import {registerAgain} from "./core/push.js";
import {findPage, go, hasPage, setPages, useRoute} from "./core/routes.js";
import {useStore} from "./core/store.js";
import {html, render, useEffect, useErrorBoundary, useState} from "./core/view.js";
import {banners, pages, tools} from "./pages/index.js";
import {Button} from "./parts/button.js";
import {Toasts} from "./parts/toasts.js";
import {NoPage, Shell} from "./shell.js";

const SIGN_IN = "/console/sign-in";
const AGAIN_MS = 5_000;
const noPage = {path: "", title: () => "Nothing is here", component: NoPage};

function App() {
  const {path, params} = useRoute();
  const isOut = useStore(signedOut);
  const [is, setIs] = useState({ready: false, problem: ""});
  const found = findPage(path);
  const isBare = Boolean(found?.page.bare);
  const begin = async () => {
    try {
      await loadMe();
      beginLive();
      registerAgain().catch((error) => console.info("Push was not renewed:", error));
      setIs({ready: true, problem: ""});
    } catch (error) {
      const isRefused = error instanceof ApiError && error.status === 401;
      setIs({ready: false, problem: isRefused ? "" : error instanceof Error ? error.message : String(error)});
    }
  };
  useEffect(() => {
    if (!isBare && !is.ready) begin();
  }, [isBare]);
  useEffect(() => {
    // Without a network at first: it goes on by itself, one try after the other.
    if (!is.problem) return;
    const timer = setTimeout(begin, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [is]);
  useEffect(() => {
    if (isOut && !isBare && hasPage(SIGN_IN)) {
      const next = path + window.location.search;
      signedOut.set(false);
      go(next === "/" ? SIGN_IN : `${SIGN_IN}?next=${encodeURIComponent(next)}`, {replace: true});
      setIs({ready: false, problem: ""});
    }
  }, [isOut, isBare]);
  if (found && isBare) {
    document.title = `${found.page.title({params})} · Tocsin`;
    return html`<${found.page.component} params=${params} key=${path} /><${Toasts} />`;
  }
  if (isOut) return html`<main id="main"><${NotNow} title="You are signed out" why="Sign in again to see the alerts." onTry=${() => window.location.reload()} /></main>`;
  if (is.problem) return html`<main id="main"><${NotNow} title="The console cannot start" why=${is.problem} onTry=${() => window.location.reload()} /></main>`;
  if (!is.ready) return null;
  const page = found?.page || noPage;
  return html`<${Shell} page=${page} tools=${tools} banners=${banners}><${Guarded} key=${path}><${page.component} params=${params} /><//><//>`;
}

/** A page that breaks takes nothing else with it. @param {{children?: import("./vendor/preact.js").Children}} props */
function Guarded({children}) {
  const [error, again] = useErrorBoundary((broken) => console.error(broken));
  if (!error) return children;
  return html`<${NotNow} title="This page broke" why=${error instanceof Error ? error.message : String(error)} onTry=${again} />`;
}

/** @param {{title: string, why: string, onTry: () => void}} props */
function NotNow({title, why, onTry}) {
  return html`<div class="calm"><h1>${title}</h1><p>${why}</p><div class="do"><${Button} solid onClick=${onTry}>Try again<//></div></div>`;
}

/** The one address that the policy of the page lets a script be loaded from by name. */
function registerWorker() {
  if (!("serviceWorker" in navigator)) return;
  const types = /** @type {any} */ (window).trustedTypes;
  const address = types ? types.createPolicy("tocsin", {createScriptURL: () => "/sw.js"}).createScriptURL("") : "/sw.js";
  navigator.serviceWorker.register(address).catch((error) => console.warn("No service worker:", error));
}

setPages(pages);
applyLooks();
beginKeys();
render(html`<${App} />`, /** @type {Element} */ (document.getElementById("app")));
registerWorker();
