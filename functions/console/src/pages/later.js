/** What stands in for a page of more.js until that is loaded. */

import {addPages} from "../core/routes.js";
import {html, useEffect, useState} from "../core/view.js";
import {Button} from "../parts/button.js";
import {Empty} from "../parts/empty.js";
import {Skeleton} from "../parts/skeleton.js";

/**
 * @param {string} path as the page itself has it
 * @returns {import("../core/types.js").Page}
 */
export function laterPage(path) {
  const bare = path.startsWith("/console/sign-in");
  return {path, bare, title: () => "Loading", component: bare ? Bare : Later};
}

function Later() {
  const [isLost, setLost] = useState(false);
  useEffect(() => {
    import("./more.js").then(
      ({pages}) => addPages(pages),
      (error) => {
        console.warn("The page was not loaded:", error);
        setLost(true);
      },
    );
  }, []);
  if (!isLost) return html`<${Skeleton} says="Loading the page" />`;
  // A browser may remember that a module did not come: only a new page asks again in any case.
  const again = html`<${Button} solid icon="retry" onClick=${() => window.location.reload()}>Load again<//>`;
  return html`<${Empty} title="This page was not loaded" why="There is no network, or the console was updated since you opened it." act=${again} />`;
}

/** For whoever is not signed in: nothing else is around it. */
function Bare() {
  return html`<main id="main"><${Later} /></main>`;
}
