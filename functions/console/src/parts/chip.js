import {html} from "../core/view.js";

/** A label of the sender; with `href` a link that filters. @param {{name?: string, value: string, href?: string}} props */
export function Chip({name, value, href}) {
  const text = html`${name && html`<i>${name}</i>`}${value}`;
  return href ? html`<a class="chip" href=${href}>${text}</a>` : html`<span class="chip">${text}</span>`;
}
