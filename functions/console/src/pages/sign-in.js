/** Sign-in: the doors that this stack has. None of them tells whether a user exists. */

import {api, signedOut} from "../core/api.js";
import {keep, kept} from "../core/kept.js";
import {go, useRoute} from "../core/routes.js";
import {html, useEffect, useState} from "../core/view.js";
import {Button} from "../parts/button.js";
import {Field} from "../parts/field.js";
import {Icon} from "../parts/icon.js";
import {Skeleton} from "../parts/skeleton.js";

const HERE = "/console/sign-in";
const KEPT = "next";
/** Why the company account did not let one in. @type {Record<string, string>} */
const PROBLEMS = {
  again: "That took too long, or was begun in another browser. Try again.",
  cancelled: "Signing in with the company account was cancelled.",
  refused: "This account does not sign in here. Take another door, or ask who runs this stack.",
  unreachable: "The company account does not answer.",
};

/**
 * Where to go after signing in: a page of this console, whatever the address says.
 * @param {string | null | undefined} said
 */
export function safeNext(said) {
  try {
    const url = new URL(said || "/", window.location.origin);
    const isOurs = url.origin === window.location.origin && /^\/(console(\/.*)?)?$/.test(url.pathname);
    if (isOurs && !url.pathname.startsWith(HERE)) return url.pathname + url.search + url.hash;
  } catch {
    // No address at all.
  }
  return "/";
}

/** The link is opened in another tab: it finds the way back here. @param {string | null} [next] */
function keptNext(next) {
  const before = kept(KEPT);
  keep(KEPT, next || null);
  return before;
}

/** @param {string} next */
function enter(next) {
  keptNext();
  signedOut.set(false);
  go(next, {replace: true});
}

/** @param {unknown} error */
function sentenceOf(error) {
  const {message, status, retryAfter} = /** @type {import("../core/api.js").ApiError} */ (error);
  return status === 429 && retryAfter ? `${message} Try again in ${Math.ceil(retryAfter / 60)} min.` : message;
}

/** @param {{children: any, team?: string, title?: string}} props */
const Door = ({children, team, title = "Sign in to Tocsin"}) => html`<div class="door"><a class="skip" href="#main">Skip to the form</a><main id="main" tabindex="-1">
  <div class="hello"><${Icon} name="tocsin" /><h1>${title}</h1><p class="quiet">${team ? `${team}, at ` : ""}${window.location.host}</p></div>${children}</main></div>`;

/**
 * @param {{label: string, type: string, name: string, verb: string, doing: string, icon: string, help: string, run: (text: string) => Promise<unknown>, solid?: boolean}} props
 */
function OneFieldForm({label, type, name, verb, doing, icon, help, run, solid}) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const press = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setProblem("");
    try {
      await run(text.trim());
    } catch (error) {
      setProblem(sentenceOf(error));
    } finally {
      setBusy(false);
    }
  };
  return html`<form onSubmit=${press}>
    <${Field} label=${label} type=${type} value=${text} onInput=${setText} required more=${{name, autocomplete: type === "email" ? "email" : "off", spellcheck: false}} />
    <p class="problem" role="alert">${problem}</p>
    <${Button} type="submit" solid=${solid} icon=${icon} busy=${isBusy}>${isBusy ? doing : verb}<//>
    <p class="quiet">${help}</p></form>`;
}

function SignIn() {
  const {query} = useRoute();
  const [doors, setDoors] = useState(/** @type {any} */ (null));
  const [wantsKey, setWantsKey] = useState(false);
  const [sentTo, setSentTo] = useState("");
  const next = safeNext(query.next);
  useEffect(() => {
    // A stack that does not say has the door that each stack has.
    api.get("/session/doors").then(({data}) => setDoors(data), () => setDoors({}));
  }, []);
  useEffect(() => {
    if (wantsKey) /** @type {HTMLElement | null} */ (document.querySelector("input[name=api_key]"))?.focus();
  }, [wantsKey]);
  if (!doors) return html`<${Door}><${Skeleton} /><//>`;
  const {email, slack, oidc, team} = doors;
  const hasLink = email || slack;
  const sendLink = async (/** @type {string} */ address) => {
    await api.post("/session/link", {email: address});
    keptNext(next);
    setSentTo(address);
  };
  const useKey = async (/** @type {string} */ key) => {
    await api.post("/session", {api_key: key});
    enter(next);
  };
  if (sentTo) {
    return html`<${Door} team=${team} title="Look into your mail"><p role="status">If ${sentTo} is a verified address of a user, a link is on its way${slack && !email ? " by Slack" : ""}. It works once, for 15 minutes.</p>
      <div class="other"><${Button} icon="back" onClick=${() => setSentTo("")}>Use another address or door<//></div><//>`;
  }
  const isKey = wantsKey || !(hasLink || oidc);
  return html`<${Door} team=${team}>
    <p class="problem" role="alert">${Object.hasOwn(PROBLEMS, query.problem || "") && PROBLEMS[query.problem || ""]}</p>
    ${hasLink && html`<${OneFieldForm} label="Your e-mail" type="email" name="email" verb="Send me a link" doing="Sending …" icon="mail" help="The link works once, for 15 minutes." run=${sendLink} solid />`}
    ${hasLink && (isKey || oidc) && html`<p class="or">or</p>`}
    ${oidc && html`<div class="other"><a class=${`btn ${hasLink ? "" : "solid"}`} href=${`/session/oidc?next=${encodeURIComponent(next)}`}><${Icon} name="badge" />${oidc.name ? `Continue with ${oidc.name}` : "Use my company account"}</a></div>`}
    ${isKey ? html`<${OneFieldForm} label="API key" type="password" name="api_key" verb="Sign in" doing="Signing in …" icon="key" help="The key is exchanged for a session; this browser does not keep it." run=${useKey} solid=${!hasLink && !oidc} />`
      : html`${!oidc && html`<p class="or">or</p>`}<div class="other"><${Button} icon="key" onClick=${() => setWantsKey(true)}>Paste an API key<//></div>`}
    <footer>You stay signed in for 7 days, or until 12 hours without use. You can end a session from any other.</footer><//>`;
}

function Link() {
  const {hash} = useRoute();
  const [token] = useState(() => decodeURIComponent(hash.slice(1)));
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    // The history of the browser does not keep the token.
    if (hash) go(`${HERE}/link`, {replace: true});
  }, []);
  const press = async () => {
    setBusy(true);
    setProblem("");
    try {
      await api.post("/session/link/confirm", {token});
      enter(safeNext(keptNext()));
    } catch (error) {
      setProblem(sentenceOf(error));
      setBusy(false);
    }
  };
  const another = html`<a class="btn" href=${HERE}>Ask for another link</a>`;
  if (!token) return html`<${Door}><p>This address has no link in it.</p><div class="other">${another}</div><//>`;
  return html`<${Door}><div class="other">
    ${problem ? html`<p class="problem" role="alert">${problem}</p>${another}` : html`<${Button} solid icon="check" busy=${isBusy} onClick=${press} more=${{autofocus: true}}>${isBusy ? "Signing in …" : "Sign in"}<//>`}</div>
    <footer>The link works once. Whoever asked for it stays signed in for 7 days, or until 12 hours without use.</footer><//>`;
}

/** @type {import("../core/types.js").Page} */
export const signInPage = {path: HERE, title: () => "Sign in", component: SignIn, bare: true};
/** @type {import("../core/types.js").Page} */
export const signInLinkPage = {path: `${HERE}/link`, title: () => "Sign in", component: Link, bare: true};
