import {html, useLayoutEffect, useRef} from "../core/view.js";
import {Button} from "./button.js";

/**
 * A question before the page: the focus stays in it, and goes back to where it was.
 * @param {{title: string, onClose: () => void, children: import("../vendor/preact.js").Children, class?: string}} props
 */
export function Dialog({title, onClose, children, class: more = ""}) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useLayoutEffect(() => {
    const dialog = /** @type {HTMLDialogElement} */ (box.current);
    const before = document.activeElement;
    dialog.showModal();
    const first = dialog.querySelector(":is(input, select, textarea)") || dialog.querySelector(".inside > :not(header) :is(a, button)");
    if (first instanceof HTMLElement) first.focus();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const outside = (/** @type {MouseEvent} */ event) => event.target === box.current && onClose();
  const cancel = (/** @type {Event} */ event) => {
    event.preventDefault();
    onClose();
  };
  return html`<dialog class=${more} ref=${box} aria-label=${title} onClick=${outside} onCancel=${cancel}>
    <div class="inside"><header><h2>${title}</h2><${Button} bare square icon="close" says="Close" onClick=${onClose} /></header>${children}</div>
  </dialog>`;
}
