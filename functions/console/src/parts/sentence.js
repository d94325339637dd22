import {html} from "../core/view.js";
import {Time} from "./time.js";

/** @typedef {{text: string, strong: boolean, at: string | null}[]} Spans a sentence in parts, as the API sends it */

/** A sentence of the API: its times in the zone of this device. @param {{spans?: Spans}} props */
export function Sentence({spans}) {
  return (spans || []).map(({text, strong, at}, index) => {
    const shown = at ? html`<${Time} at=${at} />` : text;
    return strong ? html`<b key=${index}>${shown}</b>` : html`<span key=${index}>${shown}</span>`;
  });
}

/** The same as text, without its times. @param {Spans} [spans] */
export function plainSentence(spans) {
  return (spans || []).map((it) => it.text).join("");
}
