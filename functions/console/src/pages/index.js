/** The pages, and what they add to the header (`tools`) and above each page (`banners`). */

import {alertsPage} from "./alerts.js";
import {phonePage} from "./phone.js";

export const pages = [alertsPage, phonePage];

/** @type {import("../vendor/preact.js").Component<any>[]} */
export const tools = [];

/** @type {import("../vendor/preact.js").Component<any>[]} */
export const banners = [];
