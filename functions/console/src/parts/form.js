/** Forms from descriptions: a page says which fields there are; this draws, reads and compares them. */

import {ApiError, api} from "../core/api.js";
import {html, useEffect, useId, useMemo, useRef, useState} from "../core/view.js";

/**
 * @typedef {object} FieldOf
 * @property {string} name as the API calls it; a dot leads into an object
 * @property {string} label
 * @property {string} [kind] text, email, tel, url, number, password, date, area, json, lines, words, pairs, check, choices, select, time, rows
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

/** @param {any} values @param {string} name */
const valueAt = (values, name) => name.split(".").reduce((inner, part) => inner?.[part], values);

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
  if (kind === "pairs") return Object.entries(value).map((pair) => pair.join(" = ")).join("\n");
  return String(value);
}

/** @param {FieldOf[]} fields @param {any} values */
const allTyped = (fields, values) =>
  Object.fromEntries(fields.map((field) => [field.name, typedOf(field, valueAt(values, field.name))]));

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
  if (kind === "pairs") return pairsOf(text, path);
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

/** @param {string} text @param {string} path */
function pairsOf(text, path) {
  const lines = text.split("\n").filter((it) => it.trim());
  return Object.fromEntries(
    lines.map((line) => {
      const place = line.lastIndexOf("=");
      if (place < 1) throw new TypedError(path, `has a line without "=": ${line}`);
      const value = line.slice(place + 1).trim();
      return [line.slice(0, place).trim(), /^\d+$/.test(value) ? Number(value) : value];
    }),
  );
}

/** @param {FieldOf[]} fields @param {any} typed @param {string} [below] */
function allValues(fields, typed, below = "") {
  /** @type {any} */
  const values = {};
  for (const field of fields) {
    const parts = field.name.split(".");
    const last = /** @type {string} */ (parts.pop());
    let place = values;
    for (const part of parts) place = place[part] = place[part] || {};
    place[last] = valueIn(field, typed[field.name], below + field.name);
  }
  return values;
}

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

/** @param {{field: FieldOf, id: string, typed: any, set: (typed: any) => void, names: string[] | undefined, about: string | undefined, isWrong: boolean, fixed: boolean | undefined}} props */
function Control({field, id, typed, set, names, about, isWrong, fixed}) {
  const {kind = "text", like, required} = field;
  const shared = {id, required, disabled: fixed, "aria-invalid": isWrong || undefined, "aria-describedby": about};
  const onInput = (/** @type {any} */ event) => set(event.currentTarget.value);
  if (kind === "select") {
    const options = [...(field.options || names || [])];
    const known = options.map((it) => (typeof it === "string" ? it : it[0]));
    if (typed && !known.includes(typed)) options.push(typed);
    return html`<select ...${shared} value=${typed} onChange=${onInput}>
      ${!(required && typed) && html`<option value="">${field.unset || "Choose …"}</option>`}
      ${options.map((it) => {
        const [value, says] = typeof it === "string" ? [it, it] : it;
        return html`<option key=${value} value=${value} selected=${value === typed}>${says}</option>`;
      })}
    </select>`;
  }
  if (["area", "json", "lines", "pairs"].includes(kind)) {
    const rows = Math.min(30, Math.max(2, typed.split("\n").length + (kind === "json" && typed ? 1 : 0)));
    return html`<textarea ...${shared} class=${kind === "area" ? "" : "code"} rows=${rows} placeholder=${like}
      spellcheck=${kind === "area"} value=${typed} onInput=${onInput}></textarea>`;
  }
  const type = {time: "datetime-local", words: "text", select: "text"}[kind] || kind;
  const list = names && `${id}-names`;
  return html`<input ...${shared} type=${type} list=${list} placeholder=${like} autocomplete="off"
      autocapitalize="off" spellcheck=${false} value=${typed} onInput=${onInput} />
    ${names && html`<datalist id=${list}>${names.map((it) => html`<option key=${it} value=${it} />`)}</datalist>`}`;
}

/** @param {{field: FieldOf, path: string, typed: any, set: (typed: any) => void, problems: Problem[], names: Record<string, string[]>, fixed?: boolean}} props */
function OneField({field, path, typed, set, problems, names, fixed}) {
  const id = useId();
  const own = problemsAt(problems, path, field.kind === "rows");
  const about = [field.help && `${id}-help`, own.length > 0 && `${id}-wrong`].filter(Boolean).join(" ") || undefined;
  const below = html`${field.help && html`<small id=${`${id}-help`}>${field.help}</small>`}
    ${own.length > 0 && html`<small class="wrong" id=${`${id}-wrong`}>${own.map(problemInField(path)).join(" ")}</small>`}`;
  if (field.kind === "check") {
    return html`<div class="field"><label class="tick"><input type="checkbox" checked=${typed} disabled=${fixed}
      aria-describedby=${about} onChange=${(/** @type {any} */ event) => set(event.currentTarget.checked)} />${field.label}</label>${below}</div>`;
  }
  if (field.kind === "choices") return html`<${Choices} ...${{field, typed, set, about, below, fixed, names}} />`;
  if (field.kind === "rows") return html`<${Rows} ...${{field, path, typed, set, problems, names, fixed, below}} />`;
  return html`<div class="field"><label for=${id} class=${field.required && !typed ? "needed" : null}>${field.label}</label>
    <${Control} ...${{field, id, typed, set, about, fixed}} names=${field.from && names[field.from]} isWrong=${own.length > 0} />
    ${below}</div>`;
}

/** @param {string} path */
const problemInField = (path) => (/** @type {Problem} */ {field, problem}) => {
  const part = field.startsWith(path) ? field.slice(path.length) : "";
  return `${part ? `${part.replace(/^\./, "")} ` : ""}${problem}.`.replace(/^./, (it) => it.toUpperCase());
};

/** @param {any} props */
function Choices({field, typed, set, about, below, fixed, names}) {
  const options = field.options || names[field.from] || typed || [];
  const chosen = typed || [];
  const toggle = (/** @type {string} */ value, /** @type {boolean} */ isIn) =>
    set(isIn ? [...chosen, value] : chosen.filter((/** @type {string} */ it) => it !== value));
  const tick = (/** @type {string} */ says, /** @type {boolean} */ isIn, /** @type {(isIn: boolean) => void} */ press) =>
    html`<label class="tick" key=${says}><input type="checkbox" checked=${isIn} onChange=${(/** @type {any} */ event) => press(event.currentTarget.checked)} />${says}</label>`;
  return html`<fieldset class="field" disabled=${fixed} aria-describedby=${about}><legend>${field.label}</legend>
    <div class="ticks">${field.unset && tick(field.unset, typed === null, (isIn) => set(isIn ? null : []))}
      ${options.map((/** @type {any} */ it) => {
        const [value, says] = typeof it === "string" ? [it, it.replaceAll("_", " ")] : it;
        return tick(says, chosen.includes(value), (isIn) => toggle(value, isIn));
      })}</div>${below}</fieldset>`;
}

/** @param {any} props */
function Rows({field, path, typed, set, problems, names, fixed, below}) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const add = () => {
    set([...typed, allTyped(field.of, {})]);
    setTimeout(() => /** @type {HTMLElement | undefined} */ ([...(box.current?.querySelectorAll(".line-of") || [])].pop()?.querySelector("select, input"))?.focus());
  };
  return html`<fieldset class="field rows-of" disabled=${fixed} ref=${box}><legend>${field.label}</legend>${below}
    ${typed.map((/** @type {any} */ row, /** @type {number} */ place) => html`<div class="line-of" key=${place} role="group" aria-label=${`${field.one} ${place + 1}`}>
      ${field.of.map((/** @type {FieldOf} */ inner) => html`<${OneField} key=${inner.name} field=${inner} path=${`${path}[${place}].${inner.name}`}
        typed=${row[inner.name]} problems=${problems} names=${names} fixed=${fixed}
        set=${(/** @type {any} */ it) => set(typed.with(place, {...row, [inner.name]: it}))} />`)}
      ${!fixed && html`<button type="button" class="btn bare small" aria-label=${`Remove ${field.one} ${place + 1}`} onClick=${() => set(typed.toSpliced(place, 1))}>Remove</button>`}
    </div>`)}
    ${!fixed && html`<button type="button" class="btn small" onClick=${add}>Add a ${field.one}</button>`}</fieldset>`;
}

/**
 * @param {object} props
 * @param {FieldOf[]} props.fields
 * @param {any} props.values as the API has them; what is typed later stays when they change
 * @param {(values: any, changes: any) => Promise<unknown>} props.submit
 * @param {string} props.says on its button
 * @param {boolean} [props.fixed] shown, not to be changed
 * @param {any} [props.children] beside the button
 */
export function Form({fields, values, submit, says, fixed, children}) {
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
    ${!fixed && html`<div class="do"><button class="btn solid" type="submit" aria-busy=${isBusy}>${isBusy ? "Saving …" : says}</button>${children}</div>`}
  </form>`;
}
