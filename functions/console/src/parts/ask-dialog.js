import {api} from "../core/api.js";
import {touched} from "../core/live.js";
import {capital} from "../core/words.js";
import {say, sayError} from "../core/toasts.js";
import {html, useEffect, useRef, useState} from "../core/view.js";
import {Button} from "./button.js";
import {Dialog} from "./dialog.js";
import {Field} from "./field.js";

/**
 * A question with what follows from it, a note, and one verb. What is wrong is said where it is;
 * the dialog stays until it is done.
 * @param {{title: string, verb: string, run: (note: string) => Promise<unknown>, onClose: () => void, children?: import("../vendor/preact.js").Children,
 *   note?: string | null, required?: boolean, ready?: boolean}} props
 *   note: the name of the note's field, null for none; ready: whether all else is given
 */
export function AskDialog({title, verb, run, onClose, children, note = "Note", required = false, ready = true}) {
  const [text, setText] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const isGiven = ready && !(required && !text.trim());
  const go = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (isBusy || !isGiven) return;
    setBusy(true);
    setProblem("");
    try {
      await run(text.trim());
      await touched().catch(() => undefined);
      onClose();
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const confirms = event.ctrlKey || event.metaKey || (!required && !event.shiftKey && event.target instanceof HTMLTextAreaElement);
    if (event.key === "Enter" && confirms && !event.isComposing) go(event);
  };
  return html`<${Dialog} title=${title} onClose=${onClose}><form class="ask" onSubmit=${go} onKeyDown=${keys}>${children}
    ${note !== null && html`<${Field} label=${required ? note : `${note}, if you like`} value=${text} onInput=${setText} rows=${3} help=${required ? "Ctrl+Enter sends it." : undefined} more=${{maxLength: 4000}} />`}
    ${problem && html`<p class="problem" role="alert">${problem}</p>`}
    <div class="do"><${Button} solid type="submit" busy=${isBusy} disabled=${!isGiven}>${verb}<//><${Button} onClick=${onClose}>Cancel<//></div>
  </form><//>`;
}

/** What a refusal says, with each field. @param {unknown} error */
export function problemOf(error) {
  if (!(error instanceof Error)) return String(error);
  const details = /** @type {{details?: {field: string, problem: string}[]}} */ (error).details || [];
  return [error.message, ...details.map((it) => `${capital(it.field)} ${it.problem}.`)].join(" ");
}

/** What was asked, and whom no message reaches. @param {string} done @param {any[]} warnings */
export function sayAsked(done, warnings) {
  if (!warnings.length) say(done);
  else say(`${done}. But ${warnings.map((it) => it.problem).join("; ")}.`, {isBad: true});
}

/** People and channels that can be asked. @returns {{users: string[], channels: string[]} | null} null: not known yet */
export function useAskable() {
  const [seen, setSeen] = useState(/** @type {{users: string[], channels: string[]} | null} */ (null));
  useEffect(() => {
    const names = async (/** @type {string} */ path) => {
      try {
        return (await api.get(path, {limit: 200})).data.map((/** @type {{name: string}} */ it) => it.name);
      } catch (error) {
        sayError(error);
        return [];
      }
    };
    Promise.all([names("/users"), names("/channels")]).then(([users, channels]) => setSeen({users, channels}));
  }, []);
  return seen;
}

/**
 * Names with a box each.
 * @param {{legend: string, names: string[], picked: string[], onPick: (picked: string[]) => void, first?: boolean}} props
 *   first: takes the focus, as it came after its dialog
 */
export function Picks({legend, names, picked, onPick, first = false}) {
  const box = useRef(/** @type {HTMLFieldSetElement | null} */ (null));
  useEffect(() => {
    if (first) box.current?.querySelector("input")?.focus();
  }, []);
  if (!names.length) return null;
  const turn = (/** @type {string} */ name) => onPick(picked.includes(name) ? picked.filter((it) => it !== name) : [...picked, name]);
  return html`<fieldset class="picks" ref=${box}><legend>${legend}</legend>${names.map(
    (name) => html`<label key=${name}><input type="checkbox" checked=${picked.includes(name)} onChange=${() => turn(name)} />${name}</label>`,
  )}</fieldset>`;
}
