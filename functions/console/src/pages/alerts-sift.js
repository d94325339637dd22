import {groupings, SORTS} from "../core/lists.js";
import {setDensity, useDensity} from "../core/looks.js";
import {addressWith, setQuery} from "../core/routes.js";
import {SEVERITIES} from "../core/types.js";
import {html, useEffect, useRef, useState} from "../core/view.js";
import {capital} from "../core/words.js";
import {Button} from "../parts/button.js";
import {Dialog} from "../parts/dialog.js";
import {Icon} from "../parts/icon.js";
import {Mark} from "../parts/mark.js";
import {Menu} from "../parts/menu.js";
import {Select} from "../parts/select.js";
import {Tabs} from "../parts/tabs.js";

const PAUSE_MS = 300; // of writing, before it is looked for
/** What an address says of the look of the list, not of what is in it. */
export const LOOKS = new Set(["theme", "density", "group", "sort", "tv", "page"]);

/** The address without its filter. @param {Record<string, string>} query */
export function unfiltered(query) {
  return addressWith(Object.fromEntries(["page", ...Object.keys(query).filter((name) => !LOOKS.has(name))].map((name) => [name, null])));
}

/**
 * @param {{query: Record<string, string>, value: import("./alerts.js").Loaded, by?: string, sort?: string, isPicking?: boolean, onPicking?: (() => void) | null}} props
 */
export function Sift({query, value, by = "none", sort = "worst", isPicking = false, onPicking = null}) {
  const {counts, alerts} = value;
  const [isOpen, setOpen] = useState(false);
  const status = query.status || "open";
  const tab = (/** @type {string} */ name, /** @type {number} */ count) => ({name: capital(name), count, isHere: status === name, href: addressWith({status: name === "open" ? null : name, page: null})});
  const tabs = [tab("open", counts.total), tab("firing", counts.firing), tab("acknowledged", counts.acknowledged), tab("snoozed", counts.snoozed), {...tab("resolved", 0), count: null}];
  const chosen = (query.severity || "").split(",").filter(Boolean);
  const toggle = (/** @type {string} */ severity) => setQuery({severity: (chosen.includes(severity) ? chosen.filter((it) => it !== severity) : [...chosen, severity]).join(","), page: null});
  const labels = Object.entries(query).filter(([name]) => /^label\.|^(from|to|incident_id|integration|source)$/.test(name));
  /** @type {[string, string][]} */
  const groups = [...groupings(alerts).map(({name}) => /** @type {[string, string]} */ ([name, name])), ["integration", "integration"], ["severity", "severity"], ["none", "no groups"]];
  const group = (/** @type {string} */ name) => setQuery({group: name, page: null}, {replace: true});
  const order = (/** @type {string} */ name) => setQuery({sort: name, page: null}, {replace: true});
  return html`<div class="sift" role="group" aria-label="Filter"><${Tabs} label="Status" tabs=${tabs} />
    <span class="levels">${SEVERITIES.map((severity) => html`<button key=${severity} type="button" class="toggle" aria-pressed=${String(chosen.includes(severity))} onClick=${() => toggle(severity)}><${Mark} severity=${severity} /><span class="num">${counts.by_severity[severity]}</span></button>`)}</span>
    <span class="keep"><${Button} square class="narrow" icon="filter" says="Find, group and order" more=${{id: "open-filter"}} onClick=${() => setOpen(true)} />
      ${onPicking && html`<${Button} square icon="check" says="Select alerts" pressed=${isPicking} onClick=${onPicking} />`}</span>
    <span class="wide push"><${Find} words=${query.q || ""} />
      <${Menu} class="btn bare" label=${by === "none" ? "No groups" : `Group: ${by}`} says=${null}>${groups.map(([name, says]) => choice(name, capital(says), name === by, () => group(name)))}
      <li class="rule" role="presentation"></li>${Object.entries(SORTS).map(([name, {says}]) => choice(name, says, name === sort, () => order(name)))}<${Density} /><//></span>
  </div>
  ${labels.length > 0 && html`<p class="chips sifted">${labels.map(([name, text]) => html`<a key=${name} class="chip" href=${addressWith({[name]: null, page: null})} aria-label=${`Take away the filter ${name} ${text}`}><i>${name.replace(/^label\./, "")}</i>${text}<${Icon} name="close" /></a>`)}</p>`}
  ${isOpen && html`<${Dialog} title="Filter" class="sheet-up" onClose=${() => setOpen(false)}><${Find} words=${query.q || ""} />
    <${Select} label="Group by" value=${by} options=${groups.map(([name, says]) => [name, capital(says)])} onInput=${group} />
    <${Select} label="Order" value=${sort} options=${Object.entries(SORTS).map(([name, {says}]) => [name, says])} onInput=${order} />
    <div class="do"><${Button} solid onClick=${() => setOpen(false)}>Show<//><a class="btn" href=${unfiltered(query)} onClick=${() => setOpen(false)}>Clear the filter</a></div><//>`}`;
}

/** @param {string} name @param {string} says @param {boolean} isHere @param {() => void} pick */
function choice(name, says, isHere, pick) {
  return html`<li key=${name}><button type="button" aria-current=${isHere ? "true" : null} onClick=${pick}>${says}${isHere && html`<${Icon} name="check" />`}</button></li>`;
}

function Density() {
  const isCompact = useDensity() === "compact";
  return html`<li class="check"><label>Compact rows<input type="checkbox" checked=${isCompact} onChange=${() => setDensity(isCompact ? "usual" : "compact")} /></label></li>`;
}

/** @param {{words: string}} props */
function Find({words}) {
  const [text, setText] = useState(words);
  const timer = useRef(0);
  useEffect(() => {
    if (!timer.current) setText(words);
  }, [words]);
  const write = (/** @type {{currentTarget: HTMLInputElement}} */ {currentTarget}) => {
    setText(currentTarget.value);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      timer.current = 0;
      setQuery({q: currentTarget.value.trim(), page: null}, {replace: true});
    }, PAUSE_MS);
  };
  return html`<label class="find"><${Icon} name="search" /><span class="unseen">Find in alerts</span><input type="search" placeholder="Find" value=${text} onInput=${write} /><kbd aria-hidden="true">/</kbd></label>`;
}
