import {api, getAll} from "../core/api.js";
import {actOn, actOnAll, changedBy, inNumbers, VERBS} from "../core/bulk.js";
import {useCommands} from "../core/commands.js";
import {useKeys} from "../core/keys.js";
import {grouped, isLone, keptInPlace, range, SORTS, tally, usualGrouping} from "../core/lists.js";
import {setRestless, touched, useLive} from "../core/live.js";
import {can, useMe} from "../core/me.js";
import {addressWith, go, setQuery, useRoute} from "../core/routes.js";
import {timeNow, useNow} from "../core/times.js";
import {announce, say, sayError} from "../core/toasts.js";
import {SEVERITIES} from "../core/types.js";
import {html, useEffect, useLayoutEffect, useMemo, useRef, useState} from "../core/view.js";
import {claimCount, shiftEnds, tellCount, useWatch} from "../core/watch.js";
import {capital, listed, nextOf, plural, targetName} from "../core/words.js";
import {problemOf} from "../parts/ask-dialog.js";
import {Banner} from "../parts/banner.js";
import {Button} from "../parts/button.js";
import {Chip} from "../parts/chip.js";
import {Empty} from "../parts/empty.js";
import {Icon} from "../parts/icon.js";
import {Mark} from "../parts/mark.js";
import {Skeleton} from "../parts/skeleton.js";
import {SnoozeMenu} from "../parts/snooze-menu.js";
import {AlertRow} from "./alert-row.js";
import {AskMany} from "./alerts-ask.js";
import {NothingOpen} from "./alerts-empty.js";
import {LOOKS, Sift, unfiltered} from "./alerts-sift.js";

/** @typedef {import("../core/types.js").Alert} Alert */
/** @typedef {import("../core/bulk.js").Verb} Verb */

const LOADED = 1_000; // beyond, a person narrows the filter
const DRAWN = 100; // rows in the page at once
const NOTHING = "Nothing is selected";
const EMPTY = /** @type {Set<string>} */ (new Set());

export const alertsPage = {path: "/", title: () => "Alerts", component: Alerts};

/**
 * What the API is asked for an address.
 * @param {Record<string, string>} query
 * @returns {Record<string, string>}
 */
export function filterOf(query) {
  const {status = "open", ...rest} = query;
  const filter = Object.fromEntries(Object.entries(rest).filter(([name]) => !LOOKS.has(name)));
  if (status === "snoozed") filter.snoozed = "true";
  return {...filter, status: status === "open" || status === "snoozed" ? "firing,acknowledged" : status};
}

/** @param {Record<string, string>} query */
async function load(query) {
  const filter = filterOf(query);
  const isPast = filter.status === "resolved";
  const sort = isPast ? "-fired_at" : "-severity";
  const {rows, meta, isMore} = await getAll("/alerts", {...filter, sort}, LOADED);
  return {key: JSON.stringify(filter), alerts: /** @type {Alert[]} */ (rows), counts: /** @type {import("../core/types.js").Counts} */ (meta), isMore, searchedTo: meta.searched_to || null};
}

function Alerts() {
  const {query} = useRoute();
  useMe();
  const key = JSON.stringify(filterOf(query));
  const {value, error, isStale, asOf} = useLive(() => load(query), [key]);
  const isTv = query.tv === "1";
  const acts = can("alerts:write") && !isTv;
  const isPlain = Object.keys(filterOf(query)).length === 1 && !query.status;
  useLayoutEffect(() => (isPlain ? claimCount() : undefined), [isPlain]);
  const lone = value ? value.alerts.filter((it) => isLone(it, timeNow())) : [];
  useEffect(() => {
    if (!value) return;
    if (isPlain) tellCount(value.alerts, mayHaveMore(value, "critical"));
    setRestless(lone.some((it) => it.next_action?.kind !== "none"));
  }, [value, isPlain]);
  if (!value) return error ? html`<${Empty} title="The alerts cannot be shown" why=${problemOf(error)} act=${!isPlain && html`<a class="btn solid" href=${unfiltered(query)}>Clear the filter</a>`} />` : html`<h1 class="unseen">Alerts</h1><${Skeleton} lines=${8} says="Loading the alerts" />`;
  const isEmpty = value.counts.total === 0 && isPlain;
  return html`${isEmpty ? html`<${NothingOpen} asOf=${asOf} isStale=${isStale} />` : html`<${Now} lone=${lone} value=${value} isPlain=${isPlain} query=${query} />`}
    ${!isEmpty && html`<${List} key=${value.key} value=${value} query=${query} isPlain=${isPlain} acts=${acts} isTv=${isTv} />`}`;
}

/** @typedef {Awaited<ReturnType<typeof load>>} Loaded */

/** Whether there may be more of it than what is loaded: the worst come first. @param {Loaded} value @param {string | undefined} severity */
const mayHaveMore = ({isMore, alerts}, severity) => isMore && alerts.at(-1)?.severity === severity;

/** The sentence about now. @param {{lone: Alert[], value: Loaded, isPlain: boolean, query: Record<string, string>}} props */
function Now({lone, value, isPlain, query}) {
  const me = useMe();
  const {counts, alerts} = value;
  const worst = SEVERITIES.find((severity) => lone.some((it) => it.severity === severity));
  const many = `${lone.filter((it) => it.severity === worst).length}${mayHaveMore(value, worst) ? "+" : ""}`;
  const mine = alerts.filter((it) => it.status === "acknowledged" && me?.user && (it.assigned_to || it.acknowledged_by) === me.user).length;
  const sentence = worst ? `${many} ${worst}${worst === "warning" && many !== "1" ? "s" : ""}, nobody has ${many === "1" ? "it" : "them"}`
    : isPlain ? "Somebody has each of them"
    : query.status === "resolved" ? `${alerts.length}${value.isMore ? "+" : ""} resolved` : alerts.length ? plural(alerts.length, "alert") : "No alert matches";
  return html`<header class="now"><h1>${worst && html`<${Mark} severity=${worst} says=${`${capital(worst)}:`} />`}${sentence}</h1>
    <p>${isPlain && html`<${NextCall} alerts=${lone} />`}<span>${mine > 0 && `You have ${mine}${value.isMore ? "+" : ""}. `}${counts.total} open${counts.snoozed > 0 && `, ${counts.snoozed} snoozed`}.</span></p></header>`;
}

/** Who is called next, and for what. @param {{alerts: Alert[]}} props */
function NextCall({alerts}) {
  const now = useNow(1000);
  /** @type {[string, string[], Alert][]} */
  const due = alerts.flatMap((it) => (it.next_action?.kind === "escalate" && it.next_action.at && it.next_action.targets.length ? [[it.next_action.at, it.next_action.targets, it]] : []));
  if (!due.length) return null;
  const [at, targets, first] = due.reduce((a, b) => (b[0] < a[0] ? b : a));
  const {clock, left} = nextOf(first, now);
  const names = targets.map((target) => targetName(target, at));
  return html`Next: <b>${capital(listed(names))}</b> ${names.length > 1 ? "are" : "is"} called ${left !== null && left > 0 && (left < 600_000 ? "in" : "at")} <b class="num">${clock}</b> for ${first.name}. `;
}

/** @param {{value: Loaded, query: Record<string, string>, isPlain: boolean, acts: boolean, isTv: boolean}} props */
function List({value, query, isPlain, acts, isTv}) {
  const {alerts: loaded, counts} = value;
  // Its groups come after the list: in a storm most of all, that must not wait.
  const {value: whole} = useLive(async () => (counts.storm ? (await api.get("/storm")).data : null), [Boolean(counts.storm)]);
  const storm = whole || (counts.storm && {...counts.storm, active: true, groups: [], incident_id: null});
  const sort = SORTS[query.sort] ? query.sort : query.status === "resolved" ? "newest" : "worst";
  // Chosen once: groups that came and went with the alerts would move the list.
  const [usual, setUsual] = useState(() => usualGrouping(loaded));
  const by = query.group || usual;
  const sorted = useMemo(() => grouped([...loaded].sort(SORTS[sort].order), by).flatMap((group) => group.alerts), [loaded, sort, by]);
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const stood = useRef({order: /** @type {string[]} */ ([]), seen: /** @type {Map<string, Alert>} */ (new Map()), how: ""});
  const [, settle] = useState({});
  const [selected, setSelected] = useState(EMPTY);
  const [isAll, setAll] = useState(false); // beyond what is loaded
  const [isPicking, setPicking] = useState(false); // on a phone
  // Kept with the address, so that Back leads to the row that one came from.
  const [at, setAt] = useState(() => (loaded.some(({id}) => id === window.history.state?.at) ? String(window.history.state.at) : ""));
  const [anchor, setAnchor] = useState("");
  const [busy, setBusy] = useState(EMPTY);
  const [asking, setAsking] = useState(/** @type {{verb: Verb, ids: string[] | null} | null} */ (null));
  const [snoozing, setSnoozing] = useState(false);
  const watch = useWatch();
  useEffect(() => {
    if (at) window.history.replaceState({at}, "");
  }, [at]);

  // What stands stays where it is; a new order is taken when a person asks for one.
  const how = `${sort} ${by}`;
  if (stood.current.how !== how || isTv || !stood.current.order.length) stood.current = {order: sorted.map(({id}) => id), seen: new Map(), how};
  const {shown, gone, fresh} = keptInPlace(stood.current.order, stood.current.seen, sorted);
  stood.current.seen = new Map(shown.map((it) => [it.id, it]));
  const showFresh = () => {
    stood.current.how = "";
    setUsual(usualGrouping(loaded));
    settle({});
    announce(`${plural(sorted.length, "alert")} in the list`);
  };
  useEffect(() => {
    // What is gone is taken away as soon as no hand is near.
    const box = list.current;
    if (!gone.size || box?.matches(":hover") || box?.contains(document.activeElement) || selected.size) return;
    stood.current.order = stood.current.order.filter((id) => !gone.has(id));
    settle({});
  }, [value]);
  useEffect(() => {
    if (fresh.length) announce(`${plural(fresh.length, "new alert")}, ${tally(fresh).critical} critical`);
  }, [fresh.length]);

  const groups = useMemo(() => grouped(shown, by), [value, by, stood.current.order]);
  const inOrder = groups.flatMap((group) => group.alerts);
  const ids = inOrder.map(({id}) => id);
  const pages = Math.max(1, Math.ceil(ids.length / DRAWN));
  const page = Math.min(pages, Math.max(1, Number(query.page) || 1)) - 1;
  const drawn = new Set(ids.slice(page * DRAWN, (page + 1) * DRAWN));
  const byId = new Map(inOrder.map((it) => [it.id, it]));
  const alive = (/** @type {Iterable<string>} */ some) => [...some].filter((id) => byId.has(id) && !gone.has(id) && !busy.has(id));
  /** Null: all that match. @returns {string[] | null} */
  const targets = () => (isAll ? null : alive(selected.size ? selected : [at]));

  const pick = (/** @type {string} */ id, /** @type {boolean} */ isRange) => {
    const next = new Set(selected);
    const isOn = !next.has(id);
    for (const one of isRange && anchor ? range(ids, anchor, id) : [id]) if (isOn || isRange) next.add(one); else next.delete(one);
    setAnchor(id);
    setAll(false);
    setSelected(next);
  };
  const pickAll = () => {
    setAll(false);
    setSelected(new Set(alive(ids)));
    announce(`${plural(alive(ids).length, "alert")} selected`);
  };
  const clear = () => {
    setSelected(EMPTY);
    setAll(false);
    setPicking(false);
  };
  const moveTo = (/** @type {string} */ id) => {
    setAt(id);
    const nextPage = Math.floor(ids.indexOf(id) / DRAWN);
    if (nextPage !== page) setQuery({page: nextPage ? String(nextPage + 1) : null}, {replace: true});
    focusRow(id);
  };
  const move = (/** @type {number} */ by) => {
    const from = ids.indexOf(at);
    const to = from < 0 ? page * DRAWN : Math.min(ids.length - 1, Math.max(0, from + by));
    if (ids[to]) moveTo(ids[to]);
    return ids[to];
  };

  /** @param {Verb} verb @param {string[] | null} some all that match: null @param {Record<string, unknown>} [body] @param {string} [words]
   * @param {{tell?: (text: string) => void, done?: () => void}} [dialog] that asked: hears how far it is, and what went wrong */
  const run = async (verb, some, body = {}, words = "", {tell = announce, done} = {}) => {
    setBusy(new Set(some || ids));
    try {
      const isLong = !some || some.length > DRAWN;
      const progress = (/** @type {number} */ done) => isLong && tell(`${VERBS[verb].doing} ${done}`);
      const results = some ? await actOn(verb, some, body, progress) : await actOnAll(verb, filterOf(query), body, progress);
      const changed = changedBy(results);
      const back = verb === "ack" ? "unack" : verb === "snooze" ? "unsnooze" : null;
      const undo = back && changed.length ? async () => say(inNumbers(/** @type {Verb} */ (back), await actOn(/** @type {Verb} */ (back), changed))) : null;
      say(`${inNumbers(verb, results)}${words && changed.length > 0 ? ` until ${words}` : ""}`, {undo, undoSays: verb === "ack" ? "Give back" : "Undo"});
      clear();
      done?.();
    } catch (error) {
      if (done) throw error;
      sayError(error);
    } finally {
      setBusy(EMPTY);
      await touched().catch(() => undefined);
      // What was pressed may be gone with the selection.
      if (document.activeElement === document.body) focusRow(at, ...(some || []));
    }
  };
  const ask = (/** @type {Verb} */ verb) => {
    const some = targets();
    if (some?.length === 1 && verb === "ack") run(verb, some);
    else if (!some || some.length) setAsking({verb, ids: some});
    else say(NOTHING);
  };
  const snooze = () => {
    const some = targets();
    if (some && !some.length) return say(NOTHING);
    if (some) setSelected(new Set(some));
    setSnoozing(true);
  };
  const group = "The list";
  const isPast = query.status === "resolved";
  const acting = acts ? {
    x: {run: () => at && pick(at, false), says: "Select", group},
    "Shift+X": {run: () => at && pick(at, true), says: "Select from the last one to here", group},
    "*": {run: pickAll, says: "Select all of them", group},
    ...(!isPast && {
      a: {run: () => ask("ack"), says: "Acknowledge; with many selected, Enter confirms: * a Enter for all", group},
      s: {run: snooze, says: "Snooze", group},
      r: {run: () => ask("resolve"), says: "Resolve", group},
    }),
    n: {run: () => ask("note"), says: "Write a note", group},
  } : {};
  useKeys(/** @type {Record<string, import("../core/keys.js").Key>} */ ({
    j: {run: () => move(1), says: "Next", group},
    k: {run: () => move(-1), says: "The one before", group},
    ArrowDown: {run: () => move(1), says: ""},
    ArrowUp: {run: () => move(-1), says: ""},
    Enter: {run: () => at && go(`/console/alerts/${at}`), says: "Open", group},
    ...acting,
    "/": {run: focusFind, says: "Find", group},
    ".": {run: showFresh, says: "Show the new ones", group},
    Escape: {run: () => (selected.size ? clear() : setAt("")), says: "Select nothing", group},
  }));
  useCommands(acts ? [
    {name: "Select all alerts of the list", run: pickAll, keys: "*"},
    {name: "Acknowledge what is selected", run: () => ask("ack"), keys: "a"},
    {name: "Snooze what is selected", run: snooze, keys: "s"},
    {name: "Resolve what is selected", run: () => ask("resolve"), keys: "r"},
    {name: "Write a note on what is selected", run: () => ask("note"), keys: "n"},
  ] : []);

  // Of a filtered list nothing can be said about the storm as a whole.
  const stormIds = storm?.active && isPlain ? loaded.filter((it) => isLone(it, timeNow()) && it.fired_at >= storm.since).map(({id}) => id) : [];
  let number = 0;
  return html`${storm?.active && html`<${StormBanner} storm=${storm} ids=${stormIds} isPlain=${isPlain} isMore=${value.isMore} acts=${acts} onAck=${() => setAsking({verb: "ack", ids: stormIds})} />`}
    ${!isTv && html`<${Sift} query=${query} value=${value} by=${by} sort=${sort} isPicking=${isPicking} onPicking=${acts ? () => (isPicking ? clear() : setPicking(true)) : null} />`}
    ${fresh.length > 0 && html`<${Banner} icon="plus" says="New alerts" fact=${`${plural(fresh.length, "new alert")}${tally(fresh).critical ? `, ${tally(fresh).critical} critical` : ""}`}
      act=${html`<${Button} keys="." onClick=${showFresh}>Show ${fresh.length === 1 ? "it" : "them"}<//>`}><p>The list stays where you are until you ask.</p><//>`}
    ${!inOrder.length ? html`<${NothingFound} query=${query} hidden=${counts.total} value=${value} />` : html`
      <div class="heads" aria-hidden="true"><span>Since</span><span>Who has it</span><span>What happens next</span></div>
      <div class=${`list ${isPicking || selected.size ? "picking" : ""}`} ref=${list} onFocusIn=${(/** @type {FocusEvent} */ event) => {
        const row = event.target instanceof Element && event.target.closest(".row");
        if (row instanceof HTMLElement && row.dataset.id && row.dataset.id !== at) setAt(row.dataset.id);
      }}>${groups.map((one) => {
        const rows = one.alerts.filter(({id}) => drawn.has(id));
        number += 1;
        return rows.length > 0 && html`<${Group} key=${one.name} group=${one} by=${by} number=${number} acts=${acts} gone=${gone} onAck=${(/** @type {string[]} */ some) => setAsking({verb: "ack", ids: some})}>
          ${rows.map((alert) => html`<${AlertRow} key=${alert.id} alert=${alert} acts=${acts} isGone=${gone.has(alert.id)} isSelected=${selected.has(alert.id)} isAt=${at === alert.id} isBusy=${busy.has(alert.id)}
            onPick=${pick} onAct=${(/** @type {Verb} */ verb, /** @type {string} */ id) => (verb === "resolve" ? setAsking({verb, ids: [id]}) : run(verb, [id]))} />`)}<//>`;
      })}</div>
      <${Foot} count=${ids.length} groups=${groups.length} by=${by} page=${page} pages=${pages} sort=${sort} value=${value} />`}
    ${(selected.size > 0 || isPicking) && html`<div class="picked" role="region" aria-label="Selected"><span><b class="num">${isAll ? "All that match" : selected.size}</b>${!isAll && " selected"}</span>
      ${!isAll && (selected.size < alive(ids).length || value.isMore) && html`<${Button} onClick=${() => (selected.size < alive(ids).length ? pickAll() : setAll(true))}>${value.isMore && selected.size >= alive(ids).length ? "All that match" : `All ${alive(ids).length}`}<//>`}
      ${selected.size ? html`<${Button} keys="a" icon="check" onClick=${() => ask("ack")}>Acknowledge<//>
      <${SnoozeMenu} up keys="s" openNow=${snoozing} onOpen=${() => setSnoozing(false)} shiftEnds=${shiftEnds(watch)} onPick=${(/** @type {Record<string, unknown>} */ body, /** @type {string} */ words) => run("snooze", targets(), body, words)} />
      <${Button} keys="r" onClick=${() => ask("resolve")}>Resolve<//><${Button} keys="n" onClick=${() => ask("note")}>Note<//>`
      : html`<${Button} icon="check" onClick=${() => setAsking({verb: "ack", ids: alive(ids)})}>Acknowledge all<//>`}
      <${Button} bare square icon="close" says="Select nothing" onClick=${clear} /></div>`}
    ${asking && html`<${AskMany} verb=${asking.verb} count=${asking.ids?.length} first=${byId.get(asking.ids?.[0] || "")?.name || ""} onClose=${() => setAsking(null)} onRun=${(/** @type {string} */ note, /** @type {(text: string) => void} */ tell) => run(asking.verb, asking.ids, note ? {note} : {}, "", {tell, done: () => setAsking(null)})} />`}`;
}

/** The first of these that there is, once it is drawn. @param {string[]} ids */
function focusRow(...ids) {
  requestAnimationFrame(() => {
    const rows = new Map([...document.querySelectorAll(".row")].map((row) => [row.getAttribute("data-id"), row]));
    const link = rows.get(ids.find((id) => rows.has(id)) || "")?.querySelector(".name");
    if (link instanceof HTMLElement) link.focus();
  });
}

function focusFind() {
  const find = [...document.querySelectorAll(".find input")].find((it) => it instanceof HTMLElement && it.offsetParent);
  if (find instanceof HTMLElement) find.focus();
  else document.getElementById("open-filter")?.click();
}

/** @param {{storm: Pick<import("../core/types.js").Storm, "since" | "opened" | "groups" | "incident_id">, ids: string[], isPlain: boolean, isMore: boolean, acts: boolean, onAck: () => void}} props */
function StormBanner({storm, ids, isPlain, isMore, acts, onAck}) {
  const now = useNow(10_000);
  const since = /** @type {string} */ (storm.since);
  const minutes = Math.max(1, Math.round((now - Date.parse(since)) / 60_000));
  const act = html`${acts && ids.length > 0 && html`<${Button} solid onClick=${onAck}>Acknowledge these ${ids.length}<//>`}
    <a class="btn" href=${addressWith({from: since, page: null})}>Show</a>${storm.incident_id && html`<a class="btn" href=${`/console/incidents/${storm.incident_id}`}>Incident</a>`}`;
  return html`<${Banner} kind="warn" icon="storm" says="Storm" fact=${`${plural(storm.opened, "alert")} in ${plural(minutes, "minute")}${storm.groups.length ? `, ${plural(storm.groups.length, "group")}` : ""}`} act=${act}>
    ${isPlain && html`<p><b>${ids.length ? `Nobody has ${ids.length}${isMore ? "+" : ""}.` : "Somebody has each of them."}</b></p>`}
    <p class="wide quiet">${storm.groups.map(({name, opened}) => `${name}\u00a0${opened}`).join(", ") || "\u00a0"}</p><//>`;
}

/**
 * @param {{group: import("../core/lists.js").Group, by: string, number: number, acts: boolean, gone: Set<string>, onAck: (ids: string[]) => void,
 *   children?: import("../vendor/preact.js").Children}} props
 */
function Group({group, by, number, acts, gone, onAck, children}) {
  const {name, alerts, shared} = group;
  if (by === "none") return html`<section class="group flat" aria-label="Alerts"><ul class="rows">${children}</ul></section>`;
  const counts = tally(alerts.filter(({id}) => !gone.has(id)));
  const lone = alerts.filter((it) => !gone.has(it.id) && isLone(it, timeNow()));
  const paging = lone.filter((it) => it.severity !== "info");
  const all = (paging.length ? paging : lone).map((it) => it.id);
  const id = `group-${number}`;
  return html`<section class="group" aria-labelledby=${id}><header><h2 id=${id}>${by === "severity" ? capital(name) : name}</h2>
    <span class="tally">${SEVERITIES.filter((it) => counts[it]).map((it) => html`<span key=${it}><${Mark} severity=${it} />${counts[it]}</span>`)}</span>
    <span class="shared">${shared.map(([label, value]) => html`<${Chip} key=${label} name=${label} value=${value} href=${addressWith({[`label.${label}`]: value, page: null})} />`)}</span>
    ${acts && all.length > 0 && html`<button type="button" class="btn bare small" aria-label=${`Acknowledge ${all.length} of ${name}`} onClick=${() => onAck(all)}><${Icon} name="check" class="narrow" /><span class="wide">Acknowledge</span><span class="narrow">All</span><span class="num">${all.length}</span></button>`}</header>
    <ul class="rows">${children}</ul></section>`;
}

/** @param {{count: number, groups: number, by: string, page: number, pages: number, sort: string, value: Loaded}} props */
function Foot({count, groups, by, page, pages, sort, value}) {
  const {searchedTo, isMore} = value;
  const step = (/** @type {number} */ to) => addressWith({page: to ? String(to + 1) : null});
  return html`${pages > 1 && html`<nav class="pager" aria-label="Parts of the list">
      ${page > 0 ? html`<a class="btn" href=${step(page - 1)}>Previous ${DRAWN}</a>` : html`<span></span>`}<span class="num">${page * DRAWN + 1} to ${Math.min(count, (page + 1) * DRAWN)} of ${count}${isMore && "+"}</span>
      ${page < pages - 1 ? html`<a class="btn" href=${step(page + 1)}>Next ${Math.min(DRAWN, count - (page + 1) * DRAWN)}</a>` : html`<span></span>`}</nav>`}
    <p class="pagefoot">${isMore && "The first "}${plural(count, "alert")}${by !== "none" && ` in ${plural(groups, "group")}`}. ${isMore && "Narrow the filter to see the others. "}${SORTS[sort].says}${sort === "worst" && ", then oldest"}.${searchedTo && " Older ones were not searched."}</p>`;
}

/** @param {{query: Record<string, string>, hidden: number, value: Loaded}} props */
function NothingFound({query, hidden, value}) {
  const isPast = query.status === "resolved";
  const fact = isPast ? "No resolved alert matches" : hidden ? `Your filter hides ${plural(hidden, "open alert")}` : "No alert matches";
  const chosen = Object.entries(query).filter(([name]) => !LOOKS.has(name)).map(([name, text]) => (name === "q" ? `“${text}”` : `${name.replace(/^label\./, "")} ${text}`));
  return html`<div class="gap"><${Banner} icon="filter" says="Nothing found" fact=${fact} act=${html`<a class="btn solid" href=${unfiltered(query)}>Clear the filter</a>`}>
    <p>No match for ${listed(chosen)}.${value.searchedTo && " Older ones were not searched."}</p><//></div>`;
}
