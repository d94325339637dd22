import {html, useId} from "../core/view.js";

/**
 * @param {{label: import("../vendor/preact.js").Children, value: string, onInput: (value: string) => void, options: (string | [string, string])[],
 *   help?: string, problem?: string | null, disabled?: boolean, quiet?: boolean}} props
 *   options: values, or values with their words; quiet: the name is only read aloud
 */
export function Select({label, value, onInput, options, help, problem, disabled, quiet}) {
  const id = useId();
  const about = [help && `${id}-h`, problem && `${id}-p`].filter(Boolean).join(" ") || null;
  const pick = (/** @type {{currentTarget: {value: string}}} */ event) => onInput(event.currentTarget.value);
  return html`<div class="field"><label for=${id} class=${quiet ? "unseen" : null}>${label}</label>
    <select id=${id} value=${value} disabled=${disabled} aria-invalid=${problem ? "true" : null} aria-describedby=${about} onChange=${pick}>
      ${options.map((option) => {
        const [name, words] = typeof option === "string" ? [option, option] : option;
        return html`<option key=${name} value=${name} selected=${name === value}>${words}</option>`;
      })}
    </select>${help && html`<small id=${`${id}-h`}>${help}</small>`}${problem && html`<small class="problem" id=${`${id}-p`}>${problem}</small>`}</div>`;
}
