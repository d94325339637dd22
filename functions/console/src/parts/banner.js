import {html} from "../core/view.js";
import {Icon} from "./icon.js";

/**
 * One fact, why, and what to press.
 * @param {{icon: string, fact: import("../vendor/preact.js").Children, kind?: "" | "warn" | "bad" | "fine", says?: string,
 *   children?: import("../vendor/preact.js").Children, act?: import("../vendor/preact.js").Children, live?: boolean}} props
 *   children: lines of why, `<p>` each; act: buttons; says: the name of the region; live: read
 *   aloud when it comes
 */
export function Banner({icon, fact, kind = "", says, children, act, live}) {
  return html`<section class=${`banner ${kind}`} aria-label=${says} role=${live ? "status" : null}>
    <div class="say"><${Icon} name=${icon} /><b>${fact}</b>${children}</div>${act && html`<div class="do">${act}</div>`}
  </section>`;
}
