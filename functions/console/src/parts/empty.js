import {html} from "../core/view.js";
import {Icon} from "./icon.js";

/**
 * Nothing is here: why, the evidence, one thing to do.
 * @param {{title: string, why?: import("../vendor/preact.js").Children, proof?: {name: string, is: import("../vendor/preact.js").Children, ok: boolean, icon?: string}[],
 *   act?: import("../vendor/preact.js").Children, foot?: string | null}} props
 */
export function Empty({title, why, proof = [], act, foot}) {
  return html`<div class="calm"><h1>${title}</h1>${why && html`<p>${why}</p>`}
    ${proof.length > 0 && html`<ul class="panel proof">${proof.map(
      ({name, is, ok, icon}) => html`<li key=${name}><${Icon} name=${icon || (ok ? "check" : "reach")} class=${ok ? "" : "off"} /><b>${name}</b><p>${is}</p></li>`,
    )}</ul>`}
    ${act && html`<div class="do">${act}</div>`}${foot && html`<p class="pagefoot">${foot}</p>`}</div>`;
}
