import {html, useId} from "../core/view.js";

/**
 * A field with its name, a word of help and what is wrong with it.
 * @param {{label: import("../vendor/preact.js").Children, value: string, onInput: (value: string) => void, type?: string, help?: import("../vendor/preact.js").Children,
 *   problem?: string | null, rows?: number, required?: boolean, disabled?: boolean, more?: Record<string, unknown>}} props
 *   rows: of a text of several lines; more: other attributes
 */
export function Field({label, value, onInput, type = "text", help, problem, rows, required, disabled, more = {}}) {
  const id = useId();
  const about = [help && `${id}-h`, problem && `${id}-p`].filter(Boolean).join(" ") || null;
  const same = {
    ...{id, value, required, disabled},
    "aria-invalid": problem ? "true" : null,
    "aria-describedby": about,
    onInput: (/** @type {{currentTarget: {value: string}}} */ event) => onInput(event.currentTarget.value),
    ...more,
  };
  return html`<div class="field"><label for=${id}>${label}</label>
    ${rows ? html`<textarea rows=${rows} ...${same} />` : html`<input type=${type} ...${same} />`}
    ${help && html`<small id=${`${id}-h`}>${help}</small>`}${problem && html`<small class="problem" id=${`${id}-p`}>${problem}</small>`}</div>`;
}
