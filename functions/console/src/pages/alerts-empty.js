import {api} from "../core/api.js";
import {touched, useLive} from "../core/live.js";
import {can, useMe} from "../core/me.js";
import {addressWith} from "../core/routes.js";
import {clockWithSeconds} from "../core/times.js";
import {say} from "../core/toasts.js";
import {html} from "../core/view.js";
import {mainDuty, useWatch} from "../core/watch.js";
import {listed, plural} from "../core/words.js";
import {Act} from "../parts/act.js";
import {Empty} from "../parts/empty.js";
import {Time} from "../parts/time.js";

/** What there is of it; null where this person may not see it. @param {string} path @param {Record<string, unknown>} [query] */
const peek = (path, query) => api.get(path, query).catch(() => null);

/** No alert is open: why that can be believed. @param {{asOf: number | null, isStale: boolean}} props */
export function NothingOpen({asOf, isStale}) {
  const me = useMe();
  const {duties} = useWatch();
  const {value} = useLive(async () => {
    const [last, beats, reach, silences, windows] = await Promise.all([
      peek("/alerts", {status: "firing,acknowledged,resolved", limit: 1}),
      peek("/heartbeats"),
      peek("/reachability"),
      peek("/silences"),
      peek("/maintenance-windows"),
    ]);
    return {last, beats, reach, silences, windows};
  });
  const alert = value?.last?.data[0];
  const proof = value ? proofs(value, alert, duties) : [];
  const why = isStale
    ? `That was so at ${asOf ? clockWithSeconds(asOf) : "the last answer"}. No answer came since.`
    : alert ? html`Nothing is firing. Alerts do arrive: the last one came ${html`<${Time} at=${alert.fired_at} as="ago" />`} ago.` : "Nothing is firing. No alert ever came, so send one and see what happens.";
  const test = async () => {
    await api.post("/alerts", {
      name: `Test alert of ${me?.user || me?.name}`,
      severity: "warning",
      reason: "Sent from the console. Resolve it when you have seen enough.",
      labels: {test: "console"},
      ...(me?.user && {targets: [`user:${me.user}`]}),
    });
    say("The test alert is on its way");
    await touched();
  };
  const act = html`${can("alerts:write") && html`<${Act} solid run=${test} doing="Sending …">Send a test alert<//>`}
    <a class="btn" href=${addressWith({status: "resolved"})}>What was resolved</a>`;
  return html`<${Empty} title=${isStale ? "Nothing was open" : "No open alerts"} why=${why} proof=${proof} act=${act}
foot=${!can("alerts:write") ? null : me?.user ? "A test alert goes to you alone." : "A test alert is a warning: it pages whoever a warning without a route pages."} />`;
}

/**
 * @param {any} value
 * @param {import("../core/types.js").Alert | undefined} alert
 * @param {import("../core/types.js").Duty[] | null} duties
 */
function proofs({beats, reach, silences, windows}, alert, duties) {
  const proof = [];
  proof.push(alert
    ? {name: "Alerts arrive", ok: true, is: html`Last at ${html`<${Time} at=${alert.fired_at} as="day" />`} from ${alert.integration || alert.source || "the API"}`}
    : {name: "Alerts arrive", ok: false, is: html`None came yet. <a href="/console/set-up">Connect a sender</a>`});
  if (beats) {
    const all = beats.data;
    const late = all.filter((/** @type {any} */ it) => it.status === "overdue").map((/** @type {any} */ it) => it.name);
    proof.push({name: "Heartbeats", ok: all.length > 0 && !late.length, is: !all.length ? "None is watched" : late.length ? `Overdue: ${listed(late)}` : `${all.length} of ${all.length} healthy`});
  }
  const duty = duties && mainDuty(duties);
  if (duty) {
    const people = duty.on_call?.people || [];
    const until = duty.on_call?.until;
    proof.push({name: "Somebody is on call", ok: people.length > 0, is: people.length ? html`${listed(people)}${until && html` until ${html`<${Time} at=${until} as="day" />`}`}` : "Nobody is on call now"});
  }
  if (reach) {
    const {ok, problems} = reach.data;
    const link = html`<a href="/console/reachability">${plural(problems.length, "problem")}</a>`;
    proof.push({name: "Reachability", ok, is: html`${ok && "Every alert would reach somebody"}${problems.length > 0 && html`${ok && ", with "}${link}`}`});
  }
  if (silences && windows) {
    const quiet = [...silences.data, ...windows.data].filter((it) => it.status === "active");
    proof.push({name: "Quiet on purpose", ok: !quiet.length, icon: quiet.length ? "snooze" : "check", is: quiet.length ? `In force: ${listed(quiet.map((it) => it.name))}` : "No silence and no maintenance window is in force"});
  }
  return proof;
}
