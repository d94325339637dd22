/** Forms from descriptions: a page says which fields there are; this draws, reads and compares them. */

import {ApiError, api} from "../core/api.js";
import {html, useEffect, useMemo, useRef, useState} from "../core/view.js";
import {capital} from "../core/words.js";
import {Button} from "./button.js";
import {Field} from "./field.js";
import {Select} from "./select.js";

/**
 * @typedef {object} FieldOf
 * @property {string} name as the API calls it
 * @property {string} label
 * @property {string} [kind] text, email, tel, url, number, password, date, json, lines, words, check, choices, select, time, rows
 * @property {string} [help]
 * @property {string} [like] an example
 * @property {(string | [string, string])[]} [options] values, or values and what they are called
 * @property {string} [from] the options are the names of these objects
 * @property {string} [unset] what it is called when nothing is chosen
 * @property {FieldOf[]} [of] of rows
 * @property {string} [one] what a row is
 * @property {string[]} [when] the types that it belongs to, where the form has a type
 * @property {boolean} [required]
 * @property {boolean} [rare] stands below, with those that few need
 */

/** @typedef {{field: string, problem: string}} Problem */

/** What was typed is not what the field holds. */
class TypedError extends Error {
  /** @param {string} field @param {string} problem */
  constructor(field, problem) {
    super(problem);
    this.field = field;
  }
}

const pad = (/** @type {number} */ number) => String(number).padStart(2, "0");

/** @param {string} iso */
function localTime(iso) {
  const at = new Date(iso);
  const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  return `${day}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

/** JSON as people write it: what is short and has no parts stands on one line. @param {any} value */
export const writtenJson = (value) =>
  JSON.stringify(value, null, 2).replace(/([[{])\n\s+([^[\]{}]*?)\n\s*([\]}])/g, (whole, opens, inner, closes) => {
    const line = opens + inner.replace(/\n\s+/g, " ") + closes;
    return line.length < 70 ? line : whole;
  });

/**
 * What stands in a field for a value.
 * @param {FieldOf} field @param {any} value @returns {any}
 */
function typedOf(field, value) {
  const {kind} = field;
  if (kind === "check") return Boolean(value);
  if (kind === "choices") return value ?? (field.unset ? null : []);
  if (kind === "rows") return (value || []).map((/** @type {any} */ row) => allTyped(field.of || [], row));
  if (value === null || value === undefined) return "";
  if (kind === "lines") return value.join("\n");
  if (kind === "words") return value.join(", ");
  if (kind === "json") return writtenJson(value);
  if (kind === "time") return localTime(value);
  return String(value);
}

/** @param {FieldOf[]} fields @param {any} values */
const allTyped = (fields, values) =>
  Object.fromEntries(fields.map((field) => [field.name, typedOf(field, values[field.name])]));

/**
 * @param {FieldOf} field @param {any} typed @param {string} path
 * @returns {any} null where nothing was typed
 */
function valueIn(field, typed, path) {
  const {kind} = field;
  if (kind === "check" || kind === "choices") return typed;
  if (kind === "rows") {
    return typed.map((/** @type {any} */ row, /** @type {number} */ place) =>
      withoutNulls(allValues(field.of || [], row, `${path}[${place}].`)),
    );
  }
  const text = kind === "password" ? typed : typed.trim();
  if (kind === "lines") return text.split("\n").map((/** @type {string} */ it) => it.trim()).filter(Boolean);
  if (kind === "words") return text.split(/[\s,]+/).filter(Boolean);
  if (!text) return null;
  if (kind === "json") return jsonOf(text, path);
  if (kind === "time") return new Date(text).toISOString();
  if (kind === "number") return Number(text);
  return text;
}

/** @param {string} text @param {string} path */
function jsonOf(text, path) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TypedError(path, `is not JSON: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {FieldOf[]} fields @param {any} typed @param {string} [below] @returns {Record<string, any>} */
const allValues = (fields, typed, below = "") =>
  Object.fromEntries(fields.map((field) => [field.name, valueIn(field, typed[field.name], below + field.name)]));

/** @param {Record<string, any>} values */
export const withoutNulls = (values) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));

/** @param {any} before @param {Record<string, any>} after */
const changesOf = (before, after) =>
  Object.fromEntries(
    Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])),
  );

/**
 * The problems that belong to a field: its own, and those of parts that have no field.
 * @param {Problem[]} problems @param {string} path @param {boolean} hasParts
 */
const problemsAt = (problems, path, hasParts) =>
  problems.filter(({field}) =>
    field.split(" | ").some((it) => it === path || (!hasParts && (it.startsWith(`${path}[`) || it.startsWith(`${path}.`)))),
  );

/** @param {Problem[]} problems @param {FieldOf[]} fields @param {any} typed @param {string} [below] @returns {Problem[]} */
function placed(problems, fields, typed, below = "") {
  return fields.flatMap((field) => {
    const path = below + field.name;
    const isRows = field.kind === "rows";
    const own = problemsAt(problems, path, isRows);
    if (!isRows) return own;
    const parts = typed[field.name].flatMap((/** @type {any} */ row, /** @type {number} */ place) =>
      placed(problems, field.of || [], row, `${path}[${place}].`),
    );
    return [...own, ...parts];
  });
}

/** Names of objects that fields choose from. @param {FieldOf[]} fields */
function useNames(fields) {
  const [names, setNames] = useState(/** @type {Record<string, string[]>} */ ({}));
  const wanted = [...new Set(fields.flatMap(({from}) => from || []))].join(" ");
  useEffect(() => {
    for (const noun of wanted.split(" ").filter(Boolean)) {
      api.get(`/${noun}`, {limit: 200}).then(
        ({data}) => setNames((known) => ({...known, [noun]: data.map((/** @type {any} */ it) => it.name)})),
        () => {}, // then the names are typed: the API says which it does not know
      );
    }
  }, [wanted]);
  return names;
}

/** @param {Problem[]} problems @param {string} path */
const sentences = (problems, path) =>
  problems.map(({field, problem}) => capital(`${field.startsWith(path) && !field.includes(" | ") ? field.slice(path.length).replace(/^\./, "") : ""} ${problem}`.trim().replace(/[^.?!]$/, "$&."))).join(" ");

/** @param {{field: FieldOf, path: string, typed: any, set: (typed: any) => void, problems: Problem[], names: Record<string, string[]>, fixed?: boolean}} props */
function OneField({field, path, typed, set, problems, names, fixed}) {
  const {kind = "text", label, help, required, like} = field;
  const problem = sentences(problemsAt(problems, path, kind === "rows"), path);
  if (kind === "check") return html`<label class="tick"><input type="checkbox" checked=${typed} disabled=${fixed} onChange=${(/** @type {any} */ event) => set(event.currentTarget.checked)} />${label}</label>`;
  if (kind === "choices") return html`<${Choices} ...${{field, typed, set, problem, fixed, names}} />`;
  if (kind === "rows") return html`<${Rows} ...${{field, path, typed, set, problems, problem, names, fixed}} />`;
  const shared = {label, help, problem, value: typed, onInput: set, disabled: fixed};
  if (kind === "select") {
    const known = (field.options || (field.from && names[field.from]) || []).map((it) => (typeof it === "string" ? [it, it] : it));
    const kept = typed && !known.some(([value]) => value === typed) ? [[typed, typed]] : [];
    return html`<${Select} ...${shared} options=${[...(required && typed ? [] : [["", field.unset || "Choose …"]]), ...known, ...kept]} />`;
  }
  const isLong = ["json", "lines"].includes(kind);
  const rows = isLong ? Math.min(30, Math.max(2, typed.split("\n").length + (typed ? 1 : 0))) : undefined;
  const type = {time: "datetime-local", words: "text"}[kind] || kind;
  return html`<${Field} ...${shared} type=${type} rows=${rows} required=${required} more=${{placeholder: like, autocomplete: "off", autocapitalize: "off", spellcheck: false, class: isLong ? "code" : null}} />`;
}

/** @param {any} props */
function Choices({field, typed, set, problem, fixed, names}) {
  const options = field.options || names[field.from] || typed || [];
  const chosen = typed || [];
  const toggle = (/** @type {string} */ value, /** @type {boolean} */ isIn) =>
    set(isIn ? [...chosen, value] : chosen.filter((/** @type {string} */ it) => it !== value));
  const tick = (/** @type {string} */ says, /** @type {boolean} */ isIn, /** @type {(isIn: boolean) => void} */ press) =>
    html`<label class="tick" key=${says}><input type="checkbox" checked=${isIn} onChange=${(/** @type {any} */ event) => press(event.currentTarget.checked)} />${says}</label>`;
  return html`<fieldset class="field" disabled=${fixed}><legend>${field.label}</legend>
    <div class="ticks">${field.unset && tick(field.unset, typed === null, (isIn) => set(isIn ? null : []))}
      ${options.map((/** @type {any} */ it) => {
        const [value, says] = typeof it === "string" ? [it, it.replaceAll("_", " ")] : it;
        return tick(says, chosen.includes(value), (isIn) => toggle(value, isIn));
      })}</div>${field.help && html`<small>${field.help}</small>`}${problem && html`<small class="problem">${problem}</small>`}</fieldset>`;
}

/** @param {any} props */
function Rows({field, path, typed, set, problems, problem, names, fixed}) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const add = () => {
    set([...typed, allTyped(field.of, {})]);
    setTimeout(() => /** @type {HTMLElement | undefined} */ ([...(box.current?.querySelectorAll(".line-of") || [])].pop()?.querySelector("select, input"))?.focus());
  };
  return html`<fieldset class="field rows-of" disabled=${fixed} ref=${box}><legend>${field.label}</legend><small>${field.help}</small>${problem && html`<small class="problem">${problem}</small>`}
    ${typed.map((/** @type {any} */ row, /** @type {number} */ place) => html`<div class="line-of" key=${place} role="group" aria-label=${`${field.one} ${place + 1}`}>
      ${field.of.map((/** @type {FieldOf} */ inner) => html`<${OneField} key=${inner.name} field=${inner} path=${`${path}[${place}].${inner.name}`}
        typed=${row[inner.name]} problems=${problems} names=${names} fixed=${fixed}
        set=${(/** @type {any} */ it) => set(typed.with(place, {...row, [inner.name]: it}))} />`)}
      ${!fixed && html`<${Button} bare small says=${`Remove ${field.one} ${place + 1}`} onClick=${() => set(typed.toSpliced(place, 1))}>Remove<//>`}
    </div>`)}
    ${!fixed && html`<${Button} small onClick=${add}>Add a ${field.one}<//>`}</fieldset>`;
}

/**
 * @param {object} props
 * @param {FieldOf[]} props.fields
 * @param {any} props.values as the API has them; what is typed later stays when they change
 * @param {(values: any, changes: any) => Promise<unknown>} props.submit
 * @param {string} props.says on its button
 * @param {boolean} [props.fixed] shown, not to be changed
 */
export function Form({fields, values, submit, says, fixed}) {
  const [typed, setTyped] = useState(() => allTyped(fields, values));
  const before = useMemo(() => allValues(fields, allTyped(fields, values)), [values, fields]);
  const [problems, setProblems] = useState(/** @type {Problem[]} */ ([]));
  const [refusal, setRefusal] = useState("");
  const [isBusy, setBusy] = useState(false);
  const box = useRef(/** @type {HTMLFormElement | null} */ (null));
  const names = useNames(fields);
  const shown = fields.filter(({when}) => !when || !("type" in typed) || when.includes(typed.type));
  const elsewhere = problems.filter((it) => !placed(problems, shown, typed).includes(it));
  const refuse = (/** @type {string} */ message, /** @type {Problem[]} */ details) => {
    setRefusal(message);
    setProblems(details);
    setTimeout(() => /** @type {HTMLElement | null | undefined} */ (box.current?.querySelector("[aria-invalid], .refused"))?.focus());
  };
  const press = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setRefusal("");
    setProblems([]);
    try {
      const after = allValues(shown, typed);
      await submit(after, changesOf(before, after));
    } catch (error) {
      const {message, field} = /** @type {TypedError} */ (error);
      if (error instanceof TypedError) refuse("Not sent.", [{field, problem: message}]);
      else refuse(message, error instanceof ApiError ? error.details : []);
    } finally {
      setBusy(false);
    }
  };
  const rare = shown.filter((field) => field.rare);
  const drawn = (/** @type {FieldOf[]} */ those) => those.map((field) => html`<${OneField} key=${field.name} field=${field} path=${field.name} typed=${typed[field.name]} problems=${problems} names=${names} fixed=${fixed}
      set=${(/** @type {any} */ it) => setTyped((known) => ({...known, [field.name]: it}))} />`);
  return html`<form class="form" ref=${box} onSubmit=${press}>
    ${refusal && html`<div class="refused" role="alert" tabindex="-1"><b>${refusal}</b>
      ${elsewhere.map(({field, problem}) => html`<p key=${field + problem}><code>${field}</code> ${problem}</p>`)}</div>`}
    ${drawn(shown.filter(({rare}) => !rare))}
    ${rare.length > 0 && html`<details open=${placed(problems, rare, typed).length > 0}><summary>More settings</summary>${drawn(rare)}</details>`}
    ${!fixed && html`<div class="do"><${Button} solid type="submit" busy=${isBusy}>${isBusy ? "Saving …" : says}<//></div>`}
  </form>`;
}
