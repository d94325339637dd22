import {look, useFreshness} from "../core/live.js";
import {clockWithSeconds, span, useNow, zoneInWords} from "../core/times.js";
import {html} from "../core/view.js";
import {Banner} from "./banner.js";
import {Button} from "./button.js";
import {Icon} from "./icon.js";

/** "as of 09:00:05", and when it is tried again. @param {{class?: string}} props */
export function Freshness({class: more = ""}) {
  const now = useNow(1000);
  const {asOf, isStale, retryMs} = useFreshness(now);
  const said = asOf === null ? "no answer yet" : `as of ${clockWithSeconds(asOf)}`;
  const text = asOf === null && !isStale ? "loading" : said;
  return html`<span class=${`live num ${more} ${isStale ? "stale" : ""}`} title=${zoneInWords(now)}><${Icon} name="retry" /><span>${text}${isStale && html`, retrying${retryMs > 999 && html`<span class="roomy"> in ${span(retryMs)}</span>`}`}</span></span>`;
}

/** Shown when no answer came for two minutes. */
export function OldBanner() {
  const now = useNow(1000);
  const {asOf, isOld} = useFreshness(now);
  if (!isOld || asOf === null) return null;
  const act = html`<${Button} icon="retry" onClick=${look}>Try now<//>`;
  return html`<${Banner} kind="bad" icon="retry" says="Old" live fact=${`This page is ${span(now - asOf)} old`} act=${act}>
    <p>No answer since ${clockWithSeconds(asOf)}. Countdowns go on by your clock; pages go out without this page.</p><//>`;
}
