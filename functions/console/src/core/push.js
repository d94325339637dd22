/** Push on this device: whether it can, asking for it, and keeping the stack's knowledge of it fresh. */

import {api} from "./api.js";
import {keep, kept} from "./kept.js";

const KNOWN = "push"; // what this browser last told the stack
const RENEWED_AFTER_MS = 86_400_000;

/**
 * @typedef {object} Device
 * @property {string} id
 * @property {string} name
 * @property {string} push_service
 * @property {string} created_at
 * @property {string | null} last_ok_at
 * @property {string | null} last_seen_at
 * @property {string | null} gone_at
 */

/**
 * Whether this browser takes pushes: "install" is an iPhone's or iPad's browser, which takes them in
 * the installed app only; "insecure" a page that came by plain HTTP from elsewhere.
 * @returns {"ready" | "install" | "insecure" | "none"}
 */
export function pushSupport() {
  if (!window.isSecureContext) return "insecure";
  if ("serviceWorker" in navigator && "PushManager" in window && "Notification" in window) return "ready";
  const isApple = /iPad|iPhone|iPod/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);
  return isApple ? "install" : "none";
}

/** What its person said: "granted", "denied", or "default" while nobody was asked. */
export function pushPermission() {
  return "Notification" in window ? Notification.permission : "denied";
}

/** "Chrome on Android", as far as a browser says it. @param {string} [agent] */
export function deviceName(agent = navigator.userAgent) {
  const browsers = [["Edg", "Edge"], ["OPR", "Opera"], ["SamsungBrowser", "Samsung Internet"], ["Firefox", "Firefox"], ["FxiOS", "Firefox"], ["CriOS", "Chrome"], ["Chrome", "Chrome"], ["Safari", "Safari"]];
  const systems = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["CrOS", "ChromeOS"], ["Mac OS X", "Mac"], ["Linux", "Linux"]];
  const first = (/** @type {string[][]} */ list) => list.find(([mark]) => agent.includes(String(mark)))?.[1];
  return `${first(browsers) || "A browser"} on ${first(systems) || "some device"}`;
}

/** The id of this browser's device among those of its person, if it is one of them. */
export function ownDeviceId() {
  return known().id || "";
}

/**
 * Ask its person, subscribe, and tell the stack.
 * @returns {Promise<Device>}
 */
export async function allowPush() {
  const said = await Notification.requestPermission();
  if (said !== "granted") throw new Error("This browser does not let the console notify you. Allow it in the browser's settings of this page.");
  return register(true);
}

/**
 * End the subscription of this browser, and its device.
 * @param {string} id
 */
export async function removeDevice(id) {
  await api.remove(`/me/push-devices/${id}`);
  if (id !== ownDeviceId()) return;
  tell({});
  await (await subscribed())?.unsubscribe();
}

/** At each start: a subscription may have ended, or changed, and no browser says so. */
export async function registerAgain() {
  if (pushSupport() !== "ready" || pushPermission() !== "granted") return;
  const {id, endpoint, at} = known();
  if (!id) return;
  const subscription = await subscribed();
  const isFresh = subscription?.endpoint === endpoint && Date.now() - (at || 0) < RENEWED_AFTER_MS;
  if (!isFresh) await register(false);
}

/**
 * @param {boolean} isNamed whether its name is told: later on its person may have another one for it
 * @returns {Promise<Device>}
 */
async function register(isNamed) {
  const {key} = (await api.get("/push-key")).data;
  const registration = await navigator.serviceWorker.ready;
  const former = known().endpoint;
  let subscription = await registration.pushManager.getSubscription();
  if (subscription && !isOfKey(subscription, key)) {
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription = subscription || (await registration.pushManager.subscribe({userVisibleOnly: true, applicationServerKey: bytesOf(key)}));
  const {endpoint, keys} = subscription.toJSON();
  const replaces = former && former !== endpoint ? {replaces: former} : {};
  const device = (await api.post("/me/push-devices", {endpoint, keys, ...(isNamed ? {name: deviceName()} : {}), ...replaces})).data;
  tell({id: device.id, endpoint, at: Date.now()});
  return device;
}

async function subscribed() {
  const registration = await navigator.serviceWorker.getRegistration("/");
  return registration ? registration.pushManager.getSubscription() : null;
}

/** @param {PushSubscription} subscription @param {string} key */
function isOfKey(subscription, key) {
  const used = subscription.options.applicationServerKey;
  if (!used) return true; // not every browser says
  const wanted = bytesOf(key);
  const has = new Uint8Array(used);
  return has.length === wanted.length && has.every((byte, at) => byte === wanted[at]);
}

/** @param {string} base64url */
function bytesOf(base64url) {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** @returns {{id?: string, endpoint?: string, at?: number}} */
function known() {
  return JSON.parse(kept(KNOWN) || "{}");
}

/** @param {{id?: string, endpoint?: string, at?: number}} told */
function tell(told) {
  keep(KNOWN, JSON.stringify(told));
}
