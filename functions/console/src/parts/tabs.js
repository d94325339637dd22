import {html} from "../core/view.js";

/** Links to views of one list. @param {{label: string, tabs: {name: string, href: string, count?: number | null, isHere: boolean}[]}} props */
export function Tabs({label, tabs}) {
  return html`<nav class="tabs" aria-label=${label}>${tabs.map(
    ({name, href, count, isHere}) => html`<a key=${name} href=${href} aria-current=${isHere ? "true" : null}>${name}${typeof count === "number" && html` <span class="num">${count}</span>`}</a>`,
  )}</nav>`;
}
