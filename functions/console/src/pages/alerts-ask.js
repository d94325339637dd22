import {VERBS} from "../core/bulk.js";
import {html, useState} from "../core/view.js";
import {plural} from "../core/words.js";
import {Button} from "../parts/button.js";
import {Dialog} from "../parts/dialog.js";
import {Field} from "../parts/field.js";

const NOTE_LIMIT = 1_000; // what the API takes with an action

/**
 * One note for all, and one Enter.
 * @param {{verb: import("../core/bulk.js").Verb, count: number | undefined, first: string, onRun: (note: string) => void, onClose: () => void}} props
 *   count: none for all that match
 */
export function AskMany({verb, count, first, onRun, onClose}) {
  const [note, setNote] = useState("");
  const isNote = verb === "note";
  const what = count === undefined ? "all that match" : count === 1 ? first : plural(count, "alert");
  const title = `${VERBS[verb].says} ${what}`;
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (note.trim() || !isNote) onRun(note.trim());
  };
  return html`<${Dialog} title=${title} onClose=${onClose}><form class="ask" onSubmit=${submit}>
    <${Field} label=${isNote ? "Note" : "Note (optional)"} value=${note} onInput=${setNote} required=${isNote} more=${{maxlength: NOTE_LIMIT, autocomplete: "off"}}
      help=${count === 1 ? "It stands in the alert’s timeline." : "It stands in the timeline of each."} />
    <div class="do"><${Button} solid type="submit">${title}<//><${Button} onClick=${onClose}>Cancel<//></div></form><//>`;
}
