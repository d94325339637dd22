/**
 * What the API answers, as far as the pages use it.
 *
 * @typedef {"critical" | "warning" | "info"} Severity
 * @typedef {"firing" | "acknowledged" | "resolved"} Status
 *
 * @typedef {object} NextAction
 * @property {"wake"|"resolve"|"lapse"|"unacknowledge"|"choose_policy"|"escalate"|"exhaust"|"release"|"none"} kind
 * @property {string | null} at
 * @property {string} why
 * @property {number | null} step
 * @property {string[]} targets
 * @property {boolean} again
 *
 * @typedef {object} Alert
 * @property {string} id
 * @property {Status} status
 * @property {Severity} severity
 * @property {string} name
 * @property {string | null} summary
 * @property {string | null} reason
 * @property {string | null} source
 * @property {string | null} object
 * @property {string | null} integration
 * @property {Record<string, string>} labels
 * @property {Record<string, string>} urls
 * @property {string} fired_at
 * @property {string} last_seen_at
 * @property {number} occurrences
 * @property {number} episode
 * @property {boolean} flapping
 * @property {string | null} acknowledged_at
 * @property {string | null} acknowledged_by
 * @property {string | null} acknowledged_via
 * @property {string | null} assigned_to
 * @property {string | null} resolved_at
 * @property {string | null} resolved_by
 * @property {string | null} snoozed_until
 * @property {string | null} snoozed_by
 * @property {string | null} snooze_reason
 * @property {string | null} silenced_by
 * @property {{kind: "silence" | "window" | "awake" | "hours", name: string, until: string} | null} held_by
 * @property {string | null} escalation_policy
 * @property {string | null} current_escalation_step
 * @property {number} notification_count
 * @property {NextAction | null} next_action null once it is resolved
 * @property {string | null} incident_id
 *
 * @typedef {object} Counts
 * @property {number} total
 * @property {number} firing
 * @property {number} acknowledged
 * @property {number} snoozed
 * @property {Record<Severity, number>} by_severity
 * @property {{since: string, opened: number} | null} [storm]
 *
 * @typedef {object} Storm
 * @property {boolean} active
 * @property {string | null} since
 * @property {number} opened
 * @property {Severity | null} severity
 * @property {{name: string, opened: number}[]} groups
 * @property {string | null} incident_id
 *
 * @typedef {object} Shift
 * @property {string[]} people
 * @property {string | null} until
 * @property {string} [from]
 *
 * @typedef {object} Duty
 * @property {string} schedule
 * @property {Shift | null} on_call
 * @property {Shift | null} next
 *
 * @typedef {object} Me
 * @property {string | null} user
 * @property {string} name
 * @property {string} actor
 * @property {string[]} scopes
 * @property {"admin" | "responder" | "viewer" | null} [role]
 * @property {string | null} [time_zone]
 * @property {string | null} [team]
 * @property {string | null} [stage]
 * @property {{id: string, door: string, created_at: string, expires_at: string, ends_at: string} | null} [session]
 *
 * @typedef {object} Page
 * @property {string} path with `{name}` for a part that varies
 * @property {(data: {params: Record<string, string>}) => string} title
 * @property {import("../vendor/preact.js").Component<any>} component
 * @property {boolean} [bare] without rail and header, for whoever is not signed in
 */

export const SEVERITIES = /** @type {const} */ (["critical", "warning", "info"]);
