/** The pages, and what they add to the header (`tools`) and above each page (`banners`). */

import {alertPage} from "./alert.js";
import {alertsPage} from "./alerts.js";
import {laterPage} from "./later.js";
import {onCallPage} from "./on-call.js";
import {reachabilityPage} from "./reachability.js";
import {AwakeBanner, AwakeButton} from "../parts/awake.js";

/** Those of more.js, by address. */
const LATER = [
  "/console/incidents",
  "/console/incidents/{id}",
  "/console/digests/{id}",
  "/console/set-up",
  "/console/set-up/{noun}",
  "/console/set-up/{noun}/{name}",
  "/console/activity",
  "/console/me",
  "/console/me/phone",
  "/console/sign-in",
  "/console/sign-in/link",
];

export const pages = [alertsPage, alertPage, onCallPage, reachabilityPage, ...LATER.map(laterPage)];

/** @type {import("../vendor/preact.js").Component<any>[]} */
export const tools = [AwakeButton];

/** @type {import("../vendor/preact.js").Component<any>[]} */
export const banners = [AwakeBanner];
