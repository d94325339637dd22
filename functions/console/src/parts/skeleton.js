import {html} from "../core/view.js";

/** Grey bars where text will be: only where nothing can be shown yet. @param {{lines?: number, says?: string}} props */
export function Skeleton({lines = 4, says = "Loading"}) {
  return html`<div class="panel bones" role="status" aria-label=${says}>${Array.from({length: lines}, (_, n) => html`<span key=${n} />`)}</div>`;
}
