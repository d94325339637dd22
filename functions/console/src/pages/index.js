/** The pages, and what they add to the header (`tools`) and above each page (`banners`). */

import {activityPage} from "./activity.js";
import {alertsPage} from "./alerts.js";
import {onCallPage} from "./on-call.js";
import {reachabilityPage} from "./reachability.js";
import {phonePage} from "./phone.js";
import {mePage} from "./me.js";
import {setUpListPage, setUpOnePage, setUpPage} from "./set-up.js";
import {signInLinkPage, signInPage} from "./sign-in.js";
import {alertPage} from "./alert.js";
import {digestPage} from "./digest.js";
import {incidentPage} from "./incident.js";
import {incidentsPage} from "./incidents.js";
import {AwakeBanner, AwakeButton} from "../parts/awake.js";

export const pages = [
  alertsPage,
  onCallPage,
  reachabilityPage,
  phonePage,
  activityPage,
  mePage,
  setUpPage,
  setUpListPage,
  setUpOnePage,
  signInPage,
  signInLinkPage,
  alertPage,
  incidentsPage,
  incidentPage,
  digestPage,
];

/** @type {import("../vendor/preact.js").Component<any>[]} */
export const tools = [AwakeButton];

/** @type {import("../vendor/preact.js").Component<any>[]} */
export const banners = [AwakeBanner];
