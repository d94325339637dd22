import {say, sayError} from "../core/toasts.js";
import {html} from "../core/view.js";
import {Button} from "./button.js";

/** Text to copy, as it is. @param {{text: string, says: string, block?: boolean}} props says: "Copy the address" */
export function Code({text, says, block}) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      say("Copied");
    } catch {
      sayError("This browser does not let the page copy. Select the text.");
    }
  };
  return html`<div class=${`code ${block ? "block" : ""}`}>${block ? html`<pre tabindex="0"><code>${text}</code></pre>` : html`<code>${text}</code>`}
    <${Button} bare small square icon="copy" says=${says} onClick=${copy} /></div>`;
}
