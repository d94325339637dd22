import {setKeysOff, useAllKeys, useKeysOff} from "../core/keys.js";
import {html} from "../core/view.js";
import {Dialog} from "./dialog.js";

/** @type {Record<string, string>} */
const SHOWN = {Escape: "Esc", ArrowDown: "↓", ArrowUp: "↑", "Ctrl-K": "Ctrl K"};

/** The keys of this page, and the switch that turns them off. @param {{onClose: () => void}} props */
export function KeysHelp({onClose}) {
  const keys = useAllKeys().filter(([, key]) => key.says);
  const isOff = useKeysOff();
  const groups = [...new Set(keys.map(([, key]) => key.group || "Everywhere"))];
  return html`<${Dialog} title="Keys" class="keys-help" onClose=${onClose}>
    ${groups.map((group) => html`<section key=${group}><h3>${group}</h3><dl>${keys
      .filter(([, key]) => (key.group || "Everywhere") === group)
      .map(([name, key]) => html`<div key=${name}><dt>${(SHOWN[name] || name).split(/ |(?<=Shift)\+/).map((part) => html`<kbd key=${part}>${part}</kbd>`)}</dt><dd>${key.says}</dd></div>`)}</dl></section>`)}
    <label class="check"><input type="checkbox" checked=${!isOff} onChange=${() => setKeysOff(!isOff)} />Single keys act on this device</label>
    <p class="quiet">Keys never act while you write in a field. Ctrl K and this switch always work.</p>
  <//>`;
}
