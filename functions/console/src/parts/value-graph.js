import {clock, useNow} from "../core/times.js";
import {html} from "../core/view.js";
import {Time} from "./time.js";

const WIDE = 300;
const HIGH = 84;
const EDGE = 6;
const ROWS = 12;

/** @typedef {{timestamp: string, value: unknown}} Sample */

/**
 * Points of a line from left to right in time, and the height of the limit.
 * @param {Sample[]} samples oldest first, numbers only
 * @param {number | null} limit
 */
export function drawn(samples, limit) {
  const times = samples.map((it) => Date.parse(it.timestamp));
  const values = samples.map((it) => Number(it.value));
  const [from, to] = [times[0], times[times.length - 1]];
  const low = Math.min(...values, limit ?? Number.POSITIVE_INFINITY);
  const high = Math.max(...values, limit ?? Number.NEGATIVE_INFINITY);
  const x = (/** @type {number} */ at) => Math.round(to > from ? ((at - from) / (to - from)) * WIDE : WIDE);
  const y = (/** @type {number} */ value) => Math.round(high > low ? HIGH - EDGE - ((value - low) / (high - low)) * (HIGH - 2 * EDGE) : HIGH / 2);
  const path = values.map((value, index) => `${index ? "L" : "M"}${x(times[index])} ${y(value)}`).join("");
  return {path, area: `${path}L${WIDE} ${HIGH}L0 ${HIGH}Z`, limit: limit === null ? null : y(limit)};
}

/**
 * What was measured: the value, a line, and each value for those who read.
 * @param {{alert: any}} props
 */
export function ValueGraph({alert}) {
  const now = useNow(10_000);
  /** @type {Sample[]} */
  const all = alert.history || [];
  const {current_value: value, threshold, operator, window} = alert;
  if (value === null && !all.length) return null;
  const limit = threshold === null ? "" : `limit ${OPERATORS[operator] || operator || ""} ${threshold}${window ? ` over ${window}` : ""}`;
  const numbers = all.filter((it) => typeof it.value === "number" && Number.isFinite(it.value));
  const graph = numbers.length > 1 ? drawn(numbers, typeof threshold === "number" ? threshold : null) : null;
  const ends = numbers.length ? [numbers[0], numbers[numbers.length - 1]] : [];
  return html`<section class="panel pad"><h2>Value</h2>
    <p class="value"><b>${String(value ?? all[all.length - 1]?.value)}</b><span class="quiet">${limit}</span></p>
    ${graph && html`<svg class="graph" viewBox=${`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="none" role="img" aria-label=${`${numbers.length} values from ${ends[0].value} to ${ends[1].value}`}>
        <path class="area" d=${graph.area} />${graph.limit !== null && html`<line class="limit" x1="0" y1=${graph.limit} x2=${WIDE} y2=${graph.limit} />`}<path class="path" d=${graph.path} /></svg>
      <p class="axis num"><span>${clock(ends[0].timestamp, now)}</span>${graph.limit !== null && html`<span>dashed: limit</span>`}<span>${clock(ends[1].timestamp, now)}</span></p>`}
    ${all.length > 1 && html`<details class="raw"><summary>Show the last ${Math.min(ROWS, all.length)} values</summary><table class="values"><thead class="unseen"><tr><th scope="col">When</th><th scope="col">Value</th></tr></thead><tbody>${[...all]
      .reverse()
      .slice(0, ROWS)
      .map((it, index) => html`<tr key=${index}><th scope="row"><${Time} at=${it.timestamp} /></th><td class="num">${String(it.value)}</td></tr>`)}</tbody></table></details>`}
  </section>`;
}

/** @type {Record<string, string>} */
const OPERATORS = {gt: ">", gte: "≥", lt: "<", lte: "≤", eq: "=", ne: "≠"};
