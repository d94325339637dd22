import {VERBS} from "../core/bulk.js";
import {sayError} from "../core/toasts.js";
import {html, useEffect, useRef, useState} from "../core/view.js";
import {plural} from "../core/words.js";
import {problemOf} from "../parts/ask-dialog.js";
import {Button} from "../parts/button.js";
import {Dialog} from "../parts/dialog.js";
import {Field} from "../parts/field.js";

const NOTE_LIMIT = 1_000; // what the API takes with an action

/**
 * One note for all, and one Enter. The dialog stays, with its note, until it is done.
 * @param {{verb: import("../core/bulk.js").Verb, count: number | undefined, first: string, onRun: (note: string, tell: (text: string) => void) => Promise<void>, onClose: () => void}} props
 *   count: none for all that match
 */
export function AskMany({verb, count, first, onRun, onClose}) {
  const [note, setNote] = useState("");
  const [doing, setDoing] = useState("");
  const [problem, setProblem] = useState("");
  const isThere = useRef(true);
  useEffect(() => () => {
    isThere.current = false;
  }, []);
  const isNote = verb === "note";
  const what = count === undefined ? "all that match" : count === 1 ? first : plural(count, "alert");
  const title = `${VERBS[verb].says} ${what}`;
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (doing || (isNote && !note.trim())) return;
    setDoing(`${VERBS[verb].doing} …`);
    setProblem("");
    try {
      await onRun(note.trim(), (text) => setDoing(`${text} …`));
    } catch (error) {
      if (!isThere.current) return sayError(error);
      setProblem(problemOf(error));
      setDoing("");
    }
  };
  return html`<${Dialog} title=${title} onClose=${onClose}><form class="ask" onSubmit=${submit}>
    <${Field} label=${isNote ? "Note" : "Note (optional)"} value=${note} onInput=${setNote} required=${isNote} more=${{maxlength: NOTE_LIMIT, autocomplete: "off"}}
      help=${count === 1 ? "It stands in the alert’s timeline." : "It stands in the timeline of each."} />
    ${problem && html`<p class="problem" role="alert">${problem}</p>`}
    <div class="do"><${Button} solid type="submit" busy=${Boolean(doing)}>${doing || title}<//><${Button} onClick=${onClose}>Cancel<//></div></form><//>`;
}
