/** The pages, and what they add to the header (`tools`) and above each page (`banners`). */

import {alertsPage} from "./alerts.js";

export const pages = [alertsPage];

/** @type {import("../vendor/preact.js").Component<any>[]} */
export const tools = [];

/** @type {import("../vendor/preact.js").Component<any>[]} */
export const banners = [];
