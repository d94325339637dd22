import {html} from "../core/view.js";
import {Act} from "./act.js";
import {Button} from "./button.js";
import {Dialog} from "./dialog.js";

/**
 * Asked before what cannot be taken back.
 * @param {{title: string, verb: string, doing?: string, run: () => Promise<unknown>, onClose: () => void, children?: import("../vendor/preact.js").Children}} props
 *   verb: says what is done, as "Delete payments"; children: what follows from it
 */
export function Confirm({title, verb, doing, run, onClose, children}) {
  const go = async () => {
    await run();
    onClose();
  };
  return html`<${Dialog} title=${title} onClose=${onClose}>${children}
    <div class="do"><${Act} solid run=${go} doing=${doing}>${verb}<//><${Button} onClick=${onClose}>Cancel<//></div>
  <//>`;
}
