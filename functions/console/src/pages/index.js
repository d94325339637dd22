/** The pages, and what they add to the header (`tools`) and above each page (`banners`). */

import {alertsPage} from "./alerts.js";
import {onCallPage} from "./on_call.js";
import {reachabilityPage} from "./reachability.js";
import {phonePage} from "./phone.js";

export const pages = [alertsPage, onCallPage, reachabilityPage, phonePage];

/** @type {import("../vendor/preact.js").Component<any>[]} */
export const tools = [];

/** @type {import("../vendor/preact.js").Component<any>[]} */
export const banners = [];
