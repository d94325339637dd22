import {dismiss, sayError, useSpoken, useToasts} from "../core/toasts.js";
import {touched} from "../core/live.js";
import {html} from "../core/view.js";
import {Icon} from "./icon.js";

/** What happened, and Undo where that is possible. */
export function Toasts() {
  const toasts = useToasts();
  const spoken = useSpoken();
  const undo = async (/** @type {import("../core/toasts.js").Toast} */ toast) => {
    dismiss(toast.id);
    try {
      await toast.undo?.();
      await touched();
    } catch (error) {
      sayError(error);
    }
  };
  return html`<div class="toasts"><p class="unseen" role="status">${spoken}</p><div role="status">${toasts.map(
    (toast) => html`<div class=${`toast ${toast.isBad ? "bad" : ""}`} key=${toast.id}>${toast.isBad && html`<${Icon} name="incidents" />`}<span>${toast.text}</span>
      ${toast.undo && html`<button class="btn" type="button" onClick=${() => undo(toast)}>${toast.undoSays}</button>`}
      <button class="btn square" type="button" aria-label="Dismiss" onClick=${() => dismiss(toast.id)}><${Icon} name="close" /></button></div>`,
  )}</div></div>`;
}
