import {api} from "../core/api.js";
import {useLive} from "../core/live.js";
import {html} from "../core/view.js";
import {Mark} from "../parts/mark.js";
import {Skeleton} from "../parts/skeleton.js";
import {Time} from "../parts/time.js";

export const alertsPage = {path: "/", title: () => "Alerts", component: Alerts};

function Alerts() {
  const {value} = useLive(() => api.get("/alerts", {status: "firing,acknowledged", sort: "-severity", limit: 100}));
  if (!value) return html`<${Skeleton} lines=${8} />`;
  return html`<header class="now"><h1>${value.meta.total} open</h1></header><ul class="rows">${value.data.map(
    (/** @type {import("../core/types.js").Alert} */ it) => html`<li class="row" key=${it.id}><${Mark} severity=${it.severity} /><div class="what"><a class="name" href=${`/console/alerts/${it.id}`}>${it.name}</a></div><span class="since"><${Time} at=${it.fired_at} as="ago" /></span></li>`,
  )}</ul>`;
}
