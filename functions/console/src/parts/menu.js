import {html, useEffect, useRef, useState} from "../core/view.js";
import {Icon} from "./icon.js";

/**
 * A button that opens a list of choices. It stays open while the page is drawn anew; Escape, a
 * choice or a press elsewhere closes it. Arrows go through the choices.
 * @param {{label: import("../vendor/preact.js").Children, says?: string, class?: string, icon?: string, keys?: string, up?: boolean,
 *   children: import("../vendor/preact.js").Children | ((close: () => void) => import("../vendor/preact.js").Children), onOpen?: (isOpen: boolean) => void, openNow?: boolean}} props
 *   children: `<li>` with a button or a link each, or a function of what closes it; up: it opens
 *   upwards; openNow: opens it; who gave it takes it back in onOpen
 */
export function Menu({label, says, class: more = "btn", icon, keys, up, children, onOpen, openNow = false}) {
  const [isOpen, setOpen] = useState(false);
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const change = (/** @type {boolean} */ next) => {
    setOpen(next);
    onOpen?.(next);
  };
  const close = (/** @type {boolean} */ hasFocus) => {
    change(false);
    if (hasFocus) box.current?.querySelector("button")?.focus();
  };
  useEffect(() => {
    if (openNow) change(true);
  }, [openNow]);
  useEffect(() => {
    if (!isOpen) return;
    choices(box.current)[0]?.focus();
    const elsewhere = (/** @type {Event} */ event) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) close(false);
    };
    document.addEventListener("pointerdown", elsewhere);
    return () => document.removeEventListener("pointerdown", elsewhere);
  }, [isOpen]);
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (!isOpen) return;
    const all = choices(box.current);
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const isText = document.activeElement instanceof HTMLInputElement && document.activeElement.type !== "checkbox";
    if (event.key === "Escape") close(true);
    else if (event.key === "Tab") return close(false);
    else if (event.key === "ArrowDown") all[(at + 1) % all.length]?.focus();
    else if (event.key === "ArrowUp") all[(at - 1 + all.length) % all.length]?.focus();
    else if (event.key === "Home" && !isText) all[0]?.focus();
    else if (event.key === "End" && !isText) all[all.length - 1]?.focus();
    else {
      if (event.key.length === 1) event.stopPropagation();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const chosen = (/** @type {MouseEvent} */ event) => {
    if (event.target instanceof Element && event.target.closest("li > button, li > a")) close(true);
  };
  return html`<div class=${`menu ${up ? "up" : ""}`} ref=${box} onKeyDown=${onKey}>
    <button type="button" class=${more} aria-expanded=${String(isOpen)} aria-label=${says} title=${says} aria-keyshortcuts=${keys} onClick=${() => change(!isOpen)}>
      ${icon && html`<${Icon} name=${icon} />`}${label}${keys && html`<kbd aria-hidden="true">${keys}</kbd>`}${!(icon && !label) && html`<${Icon} name=${up ? "up" : "down"} class="turn" />`}</button>
    ${isOpen && html`<ul onClick=${chosen}>${typeof children === "function" ? children(() => close(true)) : children}</ul>`}
  </div>`;
}

/** @param {HTMLElement | null} box @returns {HTMLElement[]} */
function choices(box) {
  return [...(box?.querySelectorAll("ul :is(button, a, input, select, summary):not(:disabled)") || [])].map((it) => /** @type {HTMLElement} */ (it));
}
