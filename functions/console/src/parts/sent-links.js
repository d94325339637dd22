import {html} from "../core/view.js";
import {Icon} from "./icon.js";

const SCHEMES = ["http:", "https:", "mailto:"];

/**
 * The address of a sender's link; null if it may not be one.
 * @param {string} text
 * @returns {URL | null}
 */
export function linkOf(text) {
  try {
    const url = new URL(text);
    const isMail = url.protocol === "mailto:";
    return SCHEMES.includes(url.protocol) && (isMail || (url.host && !url.username)) ? url : null;
  } catch {
    return null;
  }
}

/** Links that came with an alert; what is none is shown as text. @param {{urls: Record<string, string>}} props */
export function SentLinks({urls}) {
  const all = Object.entries(urls).map(([name, text]) => ({name, text, url: linkOf(text)}));
  if (!all.length) return null;
  return html`<nav class="jump" aria-label="Links of this alert">${all.map(({name, text, url}) =>
    url
      ? html`<a key=${name} class="btn" href=${url.href} target="_blank" rel="noopener noreferrer nofollow" title=${url.href}><span class="cut">${name}</span><span class="unseen"> at ${url.host || url.pathname}, in a new tab</span><${Icon} name="out" /></a>`
      : html`<span key=${name} class="nolink"><b>${name}</b> ${text}</span>`,
  )}</nav>`;
}
