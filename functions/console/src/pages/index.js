/** The pages, and what they add to the header (`tools`) and above each page (`banners`). */

import {alertsPage} from "./alerts.js";
import {onCallPage} from "./on-call.js";
import {reachabilityPage} from "./reachability.js";

export const pages = [alertsPage, onCallPage, reachabilityPage];

/** @type {import("../vendor/preact.js").Component<any>[]} */
export const tools = [];

/** @type {import("../vendor/preact.js").Component<any>[]} */
export const banners = [];
