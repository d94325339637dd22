import {touched} from "../core/live.js";
import {sayError} from "../core/toasts.js";
import {html, useEffect, useRef, useState} from "../core/view.js";
import {Button} from "./button.js";

/**
 * A button that does something on the stack: busy while it does, and what goes wrong is said.
 * Afterwards everything that is shown is loaded again.
 * @param {import("./button.js").Buttons & {run: () => Promise<unknown>, doing?: string}} props
 *   doing: its text meanwhile, as "Acknowledging …"
 */
export function Act({run, doing, children, ...rest}) {
  const [isBusy, setBusy] = useState(false);
  const isThere = useRef(true);
  useEffect(() => {
    isThere.current = true;
    return () => {
      isThere.current = false;
    };
  }, []);
  const press = async () => {
    setBusy(true);
    try {
      await run();
      await touched().catch(() => undefined);
    } catch (error) {
      sayError(error);
    } finally {
      if (isThere.current) setBusy(false);
    }
  };
  return html`<${Button} ...${rest} busy=${isBusy} onClick=${press}>${(isBusy && doing) || children}<//>`;
}
