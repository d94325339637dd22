import {ApiError} from "../core/api.js";
import {can} from "../core/me.js";
import {html} from "../core/view.js";
import {Empty} from "./empty.js";
import {Skeleton} from "./skeleton.js";

/**
 * Instead of what cannot be shown yet, or at all.
 * @param {{what: string, error: Error | null, href?: string}} props what: "alert"; href: of the list that it would be in
 */
export function Gone({what, error, href = "/"}) {
  if (!error) return html`<${Skeleton} lines=${8} />`;
  const isGone = error instanceof ApiError && error.status === 404;
  return html`<${Empty} title=${isGone ? `There is no such ${what}` : `The ${what} cannot be shown`} why=${isGone ? "It is older than this stack keeps it, or the address is cut." : error.message}
    act=${html`<a class="btn solid" href=${href}>Show what is open</a>`} />`;
}

/** Said once where the buttons would be. @param {{scope: string, what: string}} props */
export function ReadOnly({scope, what}) {
  return can(scope) ? null : html`<p class="readonly">You may look at ${what}. To act on them you need the role responder: ask an admin.</p>`;
}
