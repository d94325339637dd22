/** Requests to the stack's own address. */

import {newStore} from "./store.js";
import {learnTime} from "./times.js";

const PATIENCE_MS = 32_000; // the gateway gives up after 30 s
const ROOTS = /^\/(api|session|i|act|s|health|openapi\.json)\b/;

/** True as soon as an answer was 401: `main.js` then shows the sign-in page. */
export const signedOut = newStore(false);

/** The stack refused, or could not. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {{code?: string, message?: string, details?: {field: string, problem: string}[], request_id?: string}} error
   * @param {number} [retryAfter] seconds
   */
  constructor(status, error, retryAfter) {
    super(error.message || `The stack answered ${status}.`);
    this.status = status;
    this.code = error.code || `http_${status}`;
    this.details = error.details || [];
    this.requestId = error.request_id || "";
    this.retryAfter = retryAfter || 0;
  }
}

/** No answer came. */
export class OfflineError extends Error {
  constructor() {
    super("No answer from the stack. Is this device online?");
  }
}

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {any} data
 * @property {any} meta
 * @property {string | null} next_cursor
 * @property {boolean} has_more
 * @property {any[]} warnings
 * @property {string} text of an answer that is not JSON
 */

/**
 * An address below the API; `/session` and other roots stay as they are.
 * @param {string} path
 * @param {Record<string, unknown> | URLSearchParams} [query] members that are null or empty are left out
 */
export function addressOf(path, query) {
  const said = query instanceof URLSearchParams ? [...query] : Object.entries(query || {});
  const kept = said.filter(([, value]) => value !== null && value !== undefined && value !== "");
  const search = new URLSearchParams(kept.map(([name, value]) => [name, String(value)])).toString();
  const address = ROOTS.test(path) ? path : `/api/v1${path}`;
  return search ? `${address}?${search}` : address;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{query?: Record<string, unknown> | URLSearchParams, body?: unknown}} [more]
 * @returns {Promise<Answer>}
 */
async function ask(method, path, {query, body} = {}) {
  /** @type {Record<string, string>} */
  const headers = {accept: "application/json"};
  if (body !== undefined) headers["content-type"] = "application/json";
  const asked = Date.now();
  let answer;
  let text;
  try {
    answer = await fetch(addressOf(path, query), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    text = await answer.text();
  } catch {
    throw new OfflineError();
  }
  learnTime(answer.headers.get("date"), asked);
  const isJson = /\bjson\b/.test(answer.headers.get("content-type") || "");
  let said = {};
  try {
    if (isJson && text) said = JSON.parse(text);
  } catch {
    // Cut off on its way: as if none had come.
    throw new OfflineError();
  }
  const {data = null, meta = null, next_cursor = null, has_more = false, warnings = [], error = {}} =
    /** @type {any} */ (said);
  if (answer.ok) {
    return {status: answer.status, data, meta, next_cursor, has_more, warnings, text: isJson ? "" : text};
  }
  if (answer.status === 401 && !path.startsWith("/session")) signedOut.set(true);
  throw new ApiError(answer.status, error, Number(answer.headers.get("retry-after")));
}

export const api = {
  /** @param {string} path @param {Record<string, unknown> | URLSearchParams} [query] */
  get: (path, query) => ask("GET", path, {query}),
  /** @param {string} path @param {unknown} [body] */
  post: (path, body) => ask("POST", path, {body}),
  /** @param {string} path @param {unknown} body */
  put: (path, body) => ask("PUT", path, {body}),
  /** @param {string} path @param {unknown} body */
  patch: (path, body) => ask("PATCH", path, {body}),
  /** @param {string} path @param {unknown} [body] */
  remove: (path, body) => ask("DELETE", path, {body}),
};

const PART = 200; // rows of a call, the API's limit

/**
 * A list, part by part.
 * @param {string} path
 * @param {Record<string, unknown>} query
 * @param {number} count rows at most
 * @returns {Promise<{rows: any[], meta: any, isMore: boolean}>} meta: of the last part
 */
export async function getAll(path, query, count) {
  /** @type {any[]} */
  const rows = [];
  let cursor = null;
  let meta = null;
  do {
    const part = /** @type {Answer} */ (await api.get(path, {...query, limit: Math.min(PART, count - rows.length), cursor}));
    rows.push(...part.data);
    ({meta, next_cursor: cursor} = part);
  } while (cursor && rows.length < count);
  return {rows, meta, isMore: cursor !== null};
}
