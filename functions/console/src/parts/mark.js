import {capital} from "../core/words.js";
import {html} from "../core/view.js";

/**
 * How bad by shape and letter, who has it by fill.
 * @param {{severity: import("../core/types.js").Severity, state?: "lone" | "held" | "asleep" | "over", says?: string}} props
 *   says: what is read aloud, by default the severity
 */
export function Mark({severity, state = "lone", says = capital(severity)}) {
  const isOver = state === "over";
  const look = isOver ? "good" : `${severity} ${state === "lone" ? "" : state}`;
  return html`<svg class=${`mark ${look}`} role="img" aria-label=${says}><use href=${isOver ? "#i-resolved" : `#i-${severity}`} /></svg>`;
}
