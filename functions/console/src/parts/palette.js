import {allCommands, matching, openPalette} from "../core/commands.js";
import {go} from "../core/routes.js";
import {html, useEffect, useRef, useState} from "../core/view.js";
import {Dialog} from "./dialog.js";

const SHOWN = 12;

/** Everything that can be done here, by its name; what is no command is looked for in the alerts. */
export function Palette() {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const close = () => openPalette(false);
  const find = {name: `Find “${text.trim()}” in the alerts`, run: () => go(`/?q=${encodeURIComponent(text.trim())}`), keys: ""};
  const found = [...matching(allCommands(), text).slice(0, SHOWN), ...(text.trim() ? [find] : [])];
  const run = (/** @type {number} */ index) => {
    close();
    // The dialog gives the focus back first.
    setTimeout(() => found[index]?.run());
  };
  useEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({block: "nearest"}), [at]);
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "ArrowDown") setAt((at + 1) % found.length);
    else if (event.key === "ArrowUp") setAt((at - 1 + found.length) % found.length);
    else if (event.key === "Enter") run(at);
    else return;
    event.preventDefault();
  };
  return html`<${Dialog} title="Search and commands" class="palette" onClose=${close}>
    <input type="text" role="combobox" aria-label="Search and commands" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list" autocomplete="off" spellcheck=${false}
      aria-activedescendant=${found.length ? `palette-${at}` : null} placeholder="A page, an action or words of an alert" value=${text} onKeyDown=${onKey}
      onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ event) => {
        setText(event.currentTarget.value);
        setAt(0);
      }} />
    <ul role="listbox" id="palette-list" aria-label="Found" ref=${list}>${found.map(
      ({name, keys}, index) => html`<li role="option" id=${`palette-${index}`} key=${name} aria-selected=${String(index === at)} onClick=${() => run(index)}>${name}${keys && html`<kbd aria-hidden="true">${keys}</kbd>`}</li>`,
    )}</ul>
  <//>`;
}
