import {html} from "../core/view.js";

/**
 * What is left until the next action: burns down to the left, red in the last minute.
 * @param {{left: number, whole?: number, says: string, soon?: boolean}} props left, whole: ms
 */
export function Fuse({left, whole = 600_000, says, soon = left < 60_000}) {
  return html`<progress class=${`fuse ${soon ? "soon" : ""}`} value=${Math.max(0, Math.min(left, whole))} max=${whole} aria-label=${says} />`;
}
