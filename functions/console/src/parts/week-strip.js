import {timeNow, useNow} from "../core/times.js";
import {html, useLayoutEffect, useRef} from "../core/view.js";
import {stripRows, wallAt} from "../core/week.js";
import {Icon} from "./icon.js";

/**
 * A box at a computed place: set from script, as the policy allows no style in the page.
 * @param {{from: number, to?: number, class: string, title?: string, children?: import("../vendor/preact.js").Children}} props shares of the week
 */
function At({from, to, class: look, title, children}) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    box.current?.style.setProperty("left", `${from * 100}%`);
    if (to !== undefined) box.current?.style.setProperty("width", `${(to - from) * 100}%`);
  }, [from, to]);
  return html`<span ref=${box} class=${look} title=${title}>${children}</span>`;
}

/**
 * The week as a picture. It is hidden from screen readers: the list beside it says the same.
 * @param {{week: import("../core/week.js").Week, rows: ReturnType<typeof stripRows>, colour: (user: string) => number}} props
 */
export function WeekStrip({week, rows, colour}) {
  useNow(30_000);
  const now = timeNow();
  const share = (/** @type {number} */ at) => (at - week.begins) / (week.ends - week.begins);
  const isNow = week.begins <= now && now < week.ends;
  return html`<div class="strip7" aria-hidden="true">
    <div class="lane days"><i></i><div>${week.days.map(({at, ends}) => {
      const date = new Date(at);
      return html`<${At} key=${at} class="day" from=${share(at)} to=${share(ends)}><b>${date.toLocaleDateString("en-GB", {weekday: "short"})}</b> ${date.getDate()}<//>`;
    })}${isNow && html`<${At} class="hand" from=${share(now)}><span class="num">${wallAt(now).slice(11)}</span><//>`}</div></div>
    ${rows.map(({name, kind, cells}, index) => html`<div key=${index} class=${`lane ${kind}`}><span class="lab" title=${name}>${name}</span><div>
      ${week.days.slice(1).map(({at}) => html`<${At} key=${at} class="rule" from=${share(at)} />`)}
      ${cells.map(({from, to, kind: what, people, says}) => html`<${At} key=${`${from} ${says}`} from=${from} to=${to} title=${says}
        class=${`bit is-${what} ${people.length ? `p${colour(people[0])}` : ""}`}>${what === "gap" ? html`<${Icon} name="close" />` : says}<//>`)}
      ${isNow && html`<${At} class="tick" from=${share(now)} />`}</div></div>`)}
  </div>`;
}
