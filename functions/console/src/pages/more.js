/** The pages that the first view does not need: a second script once deployed, loaded when one of them is opened. */

import {activityPage} from "./activity.js";
import {digestPage} from "./digest.js";
import {incidentPage} from "./incident.js";
import {incidentsPage} from "./incidents.js";
import {mePage} from "./me.js";
import {phonePage} from "./phone.js";
import {setUpListPage, setUpOnePage, setUpPage} from "./set-up.js";
import {signInLinkPage, signInPage} from "./sign-in.js";

/** @type {import("../core/types.js").Page[]} */
export const pages = [
  incidentsPage,
  incidentPage,
  digestPage,
  setUpPage,
  setUpListPage,
  setUpOnePage,
  activityPage,
  mePage,
  phonePage,
  signInPage,
  signInLinkPage,
];
