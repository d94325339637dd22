import {html} from "../core/view.js";

/** A picture of the sprite in `index.html`; a word always stands beside it. @param {{name: string, class?: string}} props */
export function Icon({name, class: more = ""}) {
  return html`<svg class=${`icon ${more}`} aria-hidden="true" focusable="false"><use href=${`#i-${name}`} /></svg>`;
}
