/** The pages, and what they add to the header (`tools`) and above each page (`banners`). */

import {alertPage} from "./alert.js";
import {alertsPage} from "./alerts.js";
import {digestPage} from "./digest.js";
import {incidentPage} from "./incident.js";
import {incidentsPage} from "./incidents.js";
import {AwakeBanner, AwakeButton} from "../parts/awake.js";

export const pages = [alertsPage, alertPage, incidentsPage, incidentPage, digestPage];

/** @type {import("../vendor/preact.js").Component<any>[]} */
export const tools = [AwakeButton];

/** @type {import("../vendor/preact.js").Component<any>[]} */
export const banners = [AwakeBanner];
