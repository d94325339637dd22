import {ago, clock, dayAndTime, inFull, useNow} from "../core/times.js";
import {html} from "../core/view.js";

/**
 * A time, local; in full with its zone and in UTC for whoever points at it.
 * @param {{at: string, as?: "clock" | "day" | "ago"}} props clock: "08:50"; day: "Mon 08:50"; ago: "9 min"
 */
export function Time({at, as = "clock"}) {
  const now = useNow(10_000);
  const text = as === "ago" ? ago(at, now) : as === "day" ? dayAndTime(at, now) : clock(at, now);
  return html`<time datetime=${at} title=${inFull(at)}>${text}</time>`;
}
