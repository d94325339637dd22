/** The pages, and what they add to the header (`tools`) and above each page (`banners`). */

import {activityPage} from "./activity.js";
import {alertsPage} from "./alerts.js";
import {onCallPage} from "./on_call.js";
import {reachabilityPage} from "./reachability.js";
import {phonePage} from "./phone.js";
import {mePage} from "./me.js";
import {setUpListPage, setUpOnePage, setUpPage} from "./set-up.js";
import {signInLinkPage, signInPage} from "./sign-in.js";

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
];

/** @type {import("../vendor/preact.js").Component<any>[]} */
export const tools = [];

/** @type {import("../vendor/preact.js").Component<any>[]} */
export const banners = [];
