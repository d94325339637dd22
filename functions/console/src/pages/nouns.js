/** What can be set up, as data: the lists' columns, the forms' fields, and words. */

import {html} from "../core/view.js";
import {plural} from "../core/words.js";
import {Time} from "../parts/time.js";

/** @typedef {import("../parts/form.js").FieldOf} FieldOf */

/**
 * @typedef {object} Noun
 * @property {string} one
 * @property {string} many
 * @property {string} icon
 * @property {string} about
 * @property {string} [scope] to change it; by default config:write
 * @property {string[]} [shown] members of an answer that no body takes
 * @property {FieldOf[]} [fields] of its form; without them it is changed as JSON
 * @property {any} [blank] a new one, as JSON
 * @property {any} [begin] what the fields of a new one hold
 * @property {(it: any, lastAlerts: Record<string, string>) => [string, any][]} cells heads and cells of its row
 * @property {(list: any[]) => string} [note] what of a list matters first
 * @property {boolean} [isPosted] its name is made by the stack
 * @property {string} [ends] the verb, where it is not Delete
 * @property {string} [after] what follows when it is gone
 */

const SEVERITIES = ["critical", "warning", "info"];
const NOTICES = ["shift_begins", "shift_ended", "shifts_moved", "week"];
const POLICY = {name: "escalation_policy", label: "Escalation policy", kind: "select", from: "escalation-policies", unset: "As the routes say"};
const BUNDLE = {name: "bundle", rare: true, label: "Bundle pages for", like: "1m", help: "After a page, what follows within this time goes as one digest. 0s: each page alone. Empty: as the team's settings say."};
const ONLY = {name: "only", rare: true, label: "Only in these hours", kind: "json", like: '[{"days": ["mon", "tue"], "from": "08:00", "to": "18:00"}]'};
const MATCH = {name: "match", label: "Which alerts", kind: "lines", like: 'service="checkout"\nseverity!="critical"', help: "One condition a line; all must hold. Fields: labels, integration, severity, source, object, name and others."};
const REASON = {name: "reason", label: "Reason", required: true, like: "Deployment"};
const ZONE = {name: "time_zone", label: "Time zone", like: "Europe/Paris", help: "A name of the IANA database."};

/** @param {string} at */
const when = (at) => html`<${Time} at=${at} as="day" />`;

/** @param {string} type */
const ofType = (type) => (/** @type {any} */ typed) => typed.type === type;

/** @param {any} at @returns {string} */
export const targetWords = (at) =>
  at.user || at.channel || (at.position === "next" ? `who is next by ${at.schedule}` : `who is on call by ${at.schedule}`);

/** @param {number} n @param {string} one @param {string} many */
const counted = (n, one, many) => (n ? `${n} ${n === 1 ? one : many}` : "");

/** The addresses of a person, and whether they are verified. @param {any} user @returns {[string, string, boolean][]} */
export const waysOf = (user) =>
  Object.entries(user.verified || {}).map(([by, is]) => [by, {email: user.email, sms: user.phone, slack: user.slack_id}[by] || "", Boolean(is)]);

/** @type {Record<string, Noun>} */
export const NOUNS = {
  users: {
    one: "user",
    note: (list) => counted(list.filter((it) => waysOf(it).some(([, , is]) => !is)).length, "has an address that is not verified", "have an address that is not verified"),
    many: "users",
    icon: "person",
    about: "Who is paged, and by what.",
    shown: ["verified"],
    fields: [
      {name: "full_name", label: "Full name"},
      {name: "email", label: "E-mail", kind: "email"},
      {name: "phone", label: "Phone", kind: "tel", like: "+4915112345678", help: "With the code of the country."},
      {name: "slack_id", label: "Slack member ID", like: "U012AB3CD"},
      ZONE,
      {name: "role", label: "Role", kind: "select", required: true, options: [["admin", "Admin: everything"], ["responder", "Responder: alerts, own shifts, silences"], ["viewer", "Viewer: reads"]]},
      {name: "notify", label: "When and by what", kind: "rows", one: "rule", help: "Without a rule: critical at once by all that has an address, warnings by e-mail and Slack.", of: [
        {name: "by", label: "By", kind: "select", required: true, options: [["email", "E-mail"], ["sms", "SMS"], ["slack", "Slack"], ["push", "Push"]]},
        {name: "after", label: "After", like: "5m"},
        {name: "severity", label: "Severities", kind: "choices", options: SEVERITIES, unset: "all"},
        ONLY,
      ]},
      BUNDLE,
      {name: "notices", rare: true, label: "Notices about shifts", kind: "choices", options: NOTICES, unset: "as the team says"},
    ],
    begin: {role: "responder", time_zone: new Intl.DateTimeFormat().resolvedOptions().timeZone},
    after: "Nobody pages this person any more.",
    cells: (user) => [
      ["Reached by", waysOf(user).map(([by, , is]) => `${by}${is ? "" : " (not verified)"}`).join(", ") || "nothing"],
      ["Role", user.role],
      ["Time zone", user.time_zone],
    ],
  },
  channels: {
    one: "channel",
    many: "channels",
    icon: "chat",
    about: "Ways to reach many: chats, mailboxes, webhooks.",
    fields: [
      {name: "type", label: "Type", kind: "select", required: true, options: [["slack", "Slack"], ["webhook", "Webhook"], ["email", "E-mail"], ["sms", "SMS"], ["apprise", "Apprise: 100 other services"], ["console", "Console: the function's log"]]},
      {name: "url", label: "URL", kind: "url", required: true, like: "https://hooks.example.com/tocsin", when: ofType("webhook")},
      {name: "channel", label: "Slack channel", required: true, like: "#ops", when: ofType("slack")},
      {name: "to", label: "To", kind: "words", when: ({type}) => type === "email" || type === "sms"},
      {name: "secret", label: "Secret", like: "hook", help: "The name of an SSM parameter of this stack, never the secret itself.", when: ({type}) => ["webhook", "slack", "apprise"].includes(type)},
      {name: "rate_per_minute", rare: true, label: "Messages a minute", kind: "number", help: "Empty: as many as its provider takes."},
      BUNDLE,
    ],
    after: "It hears no more of what it was told.",
    cells: (channel) => [
      ["Type", channel.type],
      ["To", channel.url || channel.channel || (channel.to || []).join(", ") || "–"],
    ],
  },
  integrations: {
    one: "integration",
    note: (list) => counted(list.filter((it) => it.paused).length, "is paused", "are paused"),
    many: "integrations",
    icon: "hook",
    about: "Where alerts come from: each has its own URL.",
    shown: ["token_prefix", "urls", "url"],
    fields: [
      POLICY,
      {name: "paused", label: "Paused: what comes in is accepted and ignored", kind: "check"},
      {name: "resolve_after", rare: true, label: "Resolve after", kind: "number", help: "Seconds that recovery must last."},
      {name: "severity_map", rare: true, label: "Its severity words", kind: "pairs", like: "major = critical", help: "One a line: its word = critical, warning, info or ok."},
      {name: "wake_on_output", rare: true, label: "A changed output ends a snooze", kind: "check"},
      {name: "allowed_cidrs", rare: true, label: "Networks that may send", kind: "lines", like: "198.51.100.0/24", help: "None: any."},
      {name: "mapping", label: "Where the parts of an alert are", kind: "json", like: '{"name": "job.name"}', help: "JMESPath for each part.", when: ofType("generic")},
      {name: "topic_arn", rare: true, label: "The only topic that may send", when: ofType("sns")},
      {name: "signature", rare: true, label: "Signature", kind: "json", like: '{"header": "X-Signature", "algorithm": "sha256", "secret": "…"}', help: "What is sent has to be signed."},
      {name: "basic", rare: true, label: "Password", kind: "json", like: '{"user": "tocsin", "password": "…"}'},
      {name: "header_token", rare: true, label: "Header", kind: "json", like: '{"header": "X-Token", "token": "…"}'},
    ],
    after: "Its URLs stop working within 30 s; its alerts stay.",
    cells: (it, lastAlerts) => [
      ["Type", it.type],
      ["State", it.paused ? "paused" : it.token_prefix ? "takes alerts" : "no URL works"],
      ["Last alert", lastAlerts[it.name] ? when(lastAlerts[it.name]) : "none lately"],
      ["Asks", it.escalation_policy || "as the routes say"],
    ],
  },
  heartbeats: {
    one: "heartbeat",
    note: (list) => counted(list.filter((it) => it.status === "overdue").length, "is overdue", "are overdue"),
    many: "heartbeats",
    icon: "heart",
    about: "Jobs that say that they ran; silence is an alert.",
    shown: ["status", "heard_at", "expected_at", "deadline", "token_prefix", "url"],
    fields: [
      {name: "period", label: "Comes every", like: "24h", help: "Either this or a cron expression."},
      {name: "cron", label: "Comes at (cron)", like: "0 2 * * *"},
      {...ZONE, help: "Of the cron expression."},
      {name: "grace", label: "May be late by", like: "1m"},
      {name: "severity", label: "Severity when it is missed", kind: "select", required: true, options: SEVERITIES},
      POLICY,
      {name: "integrations", rare: true, label: "Integrations that may ping it by its name", kind: "choices", from: "integrations"},
    ],
    begin: {severity: "critical"},
    after: "Its URL stops working, and its alert is resolved.",
    cells: (it) => [
      ["State", it.status],
      ["Last ping", it.heard_at ? when(it.heard_at) : "never"],
      ["Expected", it.expected_at ? when(it.expected_at) : "–"],
      ["How often", it.period || `${it.cron}, ${it.time_zone}`],
    ],
  },
  "escalation-policies": {
    one: "escalation policy",
    many: "escalation policies",
    icon: "repeat",
    about: "Who is asked, one step after the other.",
    blank: {steps: [{name: "first", targets: [{user: "alice"}], delay: "5m"}], repeat: 1},
    after: "Nothing asks by it any more.",
    cells: (it) => [
      ["Steps", it.steps.map((/** @type {any} */ step) => step.targets.map(targetWords).join(", ")).join(" → ")],
      ["Runs", plural(it.repeat + 1, "time")],
      ["Pages for", it.severities.join(", ")],
    ],
  },
  routes: {
    one: "route",
    many: "routes",
    icon: "next",
    about: "Which alerts go to which policy; the first that matches decides.",
    fields: [
      {...MATCH, help: `${MATCH.help} None: every alert.`},
      {...POLICY, required: true, unset: "Choose …"},
      {name: "position", label: "Position", kind: "number", help: "Lower ones are asked first."},
      {name: "severity", label: "Set the severity to", kind: "select", options: SEVERITIES, unset: "As its sender says"},
      {name: "hold", label: "Hold the first page for", like: "2m"},
      {name: "close_after", label: "Resolve after this time without a repeat", like: "12h"},
      {...ONLY, label: "Page only in these hours"},
      {...ZONE, rare: true, help: "Of these hours."},
    ],
    begin: {match: []},
    after: "Its alerts go as the other routes say.",
    cells: (it) => [
      ["Position", String(it.position)],
      ["Which alerts", it.match.join(", ") || "all"],
      ["Asks", it.escalation_policy],
    ],
  },
  schedules: {
    one: "schedule",
    many: "schedules",
    icon: "oncall",
    about: "Who is on call, week after week.",
    shown: ["pending", "on_call", "next"],
    blank: {time_zone: "Europe/Paris", layers: [{name: "week", rotation: "weekly", handoff: "mon 09:00", users: ["alice", "bob"]}]},
    after: "Nobody is on call by it any more.",
    cells: (it) => [
      ["On call", it.on_call?.people.join(", ") || "nobody"],
      ["Until", it.on_call?.until ? when(it.on_call.until) : "–"],
      ["Next", it.next?.people.join(", ") || "–"],
    ],
  },
  silences: {
    one: "silence",
    note: (list) => counted(list.filter((it) => it.status === "active").length, "holds now", "hold now"),
    many: "silences",
    icon: "snooze",
    about: "What matches pages nobody for a time.",
    scope: "silences",
    isPosted: true,
    ends: "End now",
    after: "What it holds is released at once.",
    fields: [
      {...MATCH, required: true},
      REASON,
      {name: "duration", label: "For", like: "2h", help: "From its begin; either this or an end."},
      {name: "from", label: "From", kind: "time"},
      {name: "to", label: "Until", kind: "time"},
    ],
    begin: {duration: "2h"},
    cells: (it) => [
      ["Reason", it.reason],
      ["Which alerts", it.match.join(", ")],
      ["State", it.status],
      ["Until", when(it.to)],
      ["Holds", it.matches_nothing ? "matches no open alert" : plural(it.holding, "alert")],
    ],
  },
  "maintenance-windows": {
    one: "maintenance window",
    note: (list) => counted(list.filter((it) => it.status === "active").length, "is open now", "are open now"),
    many: "maintenance windows",
    icon: "setup",
    about: "Planned work: a silence that may recur.",
    scope: "silences",
    isPosted: true,
    ends: "End now",
    after: "What it holds is released at once, and it does not open again.",
    fields: [
      {...MATCH, required: true},
      REASON,
      {name: "duration", label: "For", like: "30m"},
      {name: "from", label: "From", kind: "time", help: "Of a window that opens once."},
      {name: "to", label: "Until", kind: "time"},
      {name: "rrule", label: "Opens again (RRULE)", like: "FREQ=WEEKLY;BYDAY=SU", help: "Then it needs a first time and a length."},
      {name: "start", label: "First time", like: "2026-03-01T02:30:00"},
      {...ZONE, help: "Of the first time."},
    ],
    begin: {duration: "1h"},
    cells: (it) => [
      ["Reason", it.reason],
      ["Which alerts", it.match.join(", ")],
      ["State", it.status],
      ["Opens", it.rrule || "once"],
      [it.status === "pending" ? "From" : "Until", when(it.status === "pending" ? it.from : it.to)],
      ["Holds", it.matches_nothing ? "matches no open alert" : plural(it.holding, "alert")],
    ],
  },
  keys: {
    one: "API key",
    many: "API keys",
    icon: "key",
    about: "For programs, and for the first sign-in.",
    scope: "admin",
    isPosted: true,
    ends: "Revoke",
    after: "It stops working within 30 s.",
    shown: ["id", "created_by", "last_used_at", "key"],
    fields: [
      {name: "name", label: "Name", required: true, like: "Alice, laptop"},
      {name: "scopes", label: "May", kind: "choices", options: [["alerts:read", "read alerts"], ["alerts:write", "act on alerts"], ["incidents", "incidents"], ["events", "send events"], ["silences", "silences"], ["config:read", "read the set-up"], ["config:write", "change the set-up"], ["admin", "everything"]]},
      {name: "user", label: "Whose", kind: "select", from: "users", unset: "Nobody's: a program's"},
    ],
    begin: {scopes: ["alerts:read", "alerts:write"]},
    cells: (it) => [
      ["May", it.scopes.join(", ") || "nothing"],
      ["Whose", it.user || "a program's"],
      ["Last used", it.last_used_at ? when(it.last_used_at) : "never"],
      ["Made by", it.created_by],
    ],
  },
};

/** The team's settings, which are one object. @type {FieldOf[]} */
export const SETTINGS = [
  {...BUNDLE, rare: false, help: "After a page, what follows within this time goes as one digest. 0s: each page alone."},
  {name: "storm_labels", label: "Labels that make alerts related in a storm", kind: "words"},
  {name: "flapping", label: "Flapping", kind: "json", help: 'When an alert that opens again and again is kept quiet; "off": never.'},
  {name: "notices", label: "Notices about shifts", kind: "choices", options: NOTICES, unset: "by default: all"},
  {name: "provider_rates", label: "Messages a minute by type of channel", kind: "pairs"},
];

/** Which of an answer's members a body takes. @param {Noun} noun @param {any} it */
export const settingsOf = (noun, it) => {
  const left = new Set([...(noun.shown || []), "name", "managed_by", "created_at"]);
  return Object.fromEntries(Object.entries(it).filter(([name]) => !left.has(name)));
};
