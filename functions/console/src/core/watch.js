/** What the header says on each page: who is on call, and how many criticals nobody has. */

import {api} from "./api.js";
import {isDue, setRestless} from "./live.js";
import {whoAmI} from "./me.js";
import {newStore, useStore} from "./store.js";
import {timeNow} from "./times.js";
import {knowDuties} from "./words.js";

const COUNTED = 100; // more than that is "100+"

/**
 * @typedef {object} Watch
 * @property {import("./types.js").Duty[] | null} duties null: not known yet, or not to be seen
 * @property {number} unheld critical alerts that fire and that nobody has
 * @property {boolean} isMore there are more than `unheld`
 */

const watch = newStore(/** @type {Watch} */ ({duties: null, unheld: 0, isMore: false}));
const claims = {count: 0};
const state = {dutiesAt: 0};

export function useWatch() {
  return useStore(watch);
}

/**
 * The end of the shift of whoever looks; null for one who is not on call.
 * @param {Watch} seen
 */
export function shiftEnds({duties}) {
  const user = whoAmI()?.user;
  const mine = (duties || []).map((duty) => duty.on_call).filter((shift) => user && shift?.people.includes(user));
  return mine.map((shift) => shift?.until || "").sort()[mine.length - 1] || null;
}

/** The schedule that the header shows. @param {import("./types.js").Duty[]} duties */
export function mainDuty(duties) {
  return duties.find((duty) => duty.schedule === "primary") || duties.find((duty) => duty.on_call?.people.length) || duties[0] || null;
}

/**
 * Load what the header shows; of a hidden page the count alone, for its title.
 * @param {unknown} [all] also who is on call, which is else loaded every five minutes
 */
export async function loadWatch(all) {
  const isHidden = document.hidden;
  const at = timeNow();
  const isCounted = claims.count > 0 && !isHidden;
  const [duties, alerts] = await Promise.allSettled([
    isHidden || !(all || isDue(state.dutiesAt)) ? null : api.get("/on-call"),
    isCounted ? null : api.get("/alerts", {status: "firing", severity: "critical", snoozed: "false", limit: COUNTED}),
  ]);
  const next = {...watch.get()};
  if (duties.status === "fulfilled" && duties.value) {
    state.dutiesAt = at;
    next.duties = duties.value.data.schedules;
    knowDuties(duties.value.data.schedules);
  }
  if (alerts.status === "fulfilled" && alerts.value) {
    next.unheld = alerts.value.data.length;
    next.isMore = alerts.value.has_more;
    setRestless(next.unheld > 0);
  }
  watch.set(next);
  if (alerts.status === "rejected" && (isHidden || duties.status === "rejected")) throw alerts.reason;
}

/** A page that loads all open alerts counts for the header; give back what ends that. */
export function claimCount() {
  claims.count += 1;
  return () => {
    claims.count -= 1;
  };
}

/** @param {import("./types.js").Alert[]} alerts open ones @param {boolean} isMore */
export function tellCount(alerts, isMore) {
  const now = timeNow();
  const lone = alerts.filter((it) => it.severity === "critical" && it.status === "firing" && !(it.snoozed_until && Date.parse(it.snoozed_until) > now));
  const seen = watch.get();
  if (seen.unheld !== lone.length || seen.isMore !== isMore) watch.set({...seen, unheld: lone.length, isMore});
}
