import {html} from "../core/view.js";
import {Icon} from "./icon.js";

/**
 * @typedef {object} Buttons
 * @property {import("../vendor/preact.js").Children} [children]
 * @property {boolean} [solid] the answer that is expected: one a row, card or panel
 * @property {boolean} [bare]
 * @property {boolean} [small]
 * @property {boolean} [square] only an icon: give `says`
 * @property {boolean} [busy]
 * @property {boolean} [disabled]
 * @property {boolean | null} [pressed]
 * @property {string} [keys] shown where a pointer hovers
 * @property {string} [icon]
 * @property {string} [says] read aloud instead of the text
 * @property {string} [type]
 * @property {string} [class]
 * @property {(event: MouseEvent) => unknown} [onClick]
 * @property {Record<string, unknown>} [more] other attributes
 */

/** @param {Buttons} props */
export function Button({children, solid, bare, small, square, busy, disabled, pressed = null, keys, icon, says, type = "button", class: more = "", onClick, more: rest = {}}) {
  const look = ["btn", solid && "solid", bare && "bare", small && "small", square && "square", more].filter(Boolean).join(" ");
  // A busy button keeps the focus, so it is not disabled: it does nothing.
  return html`<button type=${type} class=${look} disabled=${disabled} aria-busy=${busy ? "true" : null} aria-pressed=${pressed === null ? null : String(pressed)}
    aria-label=${says} title=${square ? says : null} aria-keyshortcuts=${keys} onClick=${busy ? null : onClick} ...${rest}>${icon && html`<${Icon} name=${icon} />`}${children}${keys && html`<kbd aria-hidden="true">${keys}</kbd>`}</button>`;
}
