import {html} from "../core/view.js";
import {Icon} from "./icon.js";

/** A word about a state. @param {{icon?: string, class?: string, children: import("../vendor/preact.js").Children}} props */
export function Tag({icon, class: more = "", children}) {
  return html`<span class=${`tag ${more}`}>${icon && html`<${Icon} name=${icon} />`}${children}</span>`;
}
