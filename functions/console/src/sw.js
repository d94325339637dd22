/**
 * The service worker: lets the console open where there is no network, and shows what is pushed.
 *
 * It keeps the page and its files, and nothing that was ever said about an alert: without a network
 * the page opens, says so, and shows no list at all rather than an old one.
 */

/** @type {ServiceWorkerGlobalScope} */
const worker = /** @type {any} */ (self);

const KEPT = "console";
/** Of all pages: they are one document. */
const PAGE = "/";
/** Milliseconds until the kept page is shown in place of one that does not come. */
const PATIENCE = 4000;

worker.addEventListener("install", (event) => {
  event.waitUntil(fetch(PAGE, {cache: "reload"}).then(keepPage).then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(worker.clients.claim());
});

worker.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (request.mode === "navigate" && isPage(url.pathname)) event.respondWith(page(event));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(asset(request));
});

/** @param {string} path */
function isPage(path) {
  return path === PAGE || path === "/console" || path.startsWith("/console/");
}

/**
 * The page as the server has it now, or as it was kept.
 * @param {FetchEvent} event
 */
async function page(event) {
  const fresh = fetch(event.request).then((answer) => {
    if (answer.ok) event.waitUntil(keepPage(answer.clone()).catch(() => undefined));
    return answer;
  });
  event.waitUntil(fresh.catch(() => undefined));
  const kept = await (await caches.open(KEPT)).match(PAGE);
  if (!kept) return fresh;
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, kept));
  return Promise.race([fresh, late]).catch(() => kept);
}

/**
 * A file that never changes is taken as it was kept; any other one only where it does not come.
 * @param {Request} request
 */
async function asset(request) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(request);
  if (kept && isForEver(kept)) return kept;
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone());
    return answer;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

/** @param {Response} answer */
function isForEver(answer) {
  return (answer.headers.get("cache-control") ?? "").includes("immutable");
}

/**
 * Keeps the page with the files that it names, the page last: half of a newer console is never kept.
 * @param {Response} answer
 */
async function keepPage(answer) {
  if (!answer.ok) throw new Error(`The page is answered with ${answer.status}.`);
  const cache = await caches.open(KEPT);
  const text = await answer.clone().text();
  const named = [...text.matchAll(/"(\/assets\/[^"]+)"/g)].map((found) => String(found[1]));
  for (const address of named) {
    if (!(await cache.match(address))) await cache.add(address);
  }
  await cache.put(PAGE, answer);
  for (const request of await cache.keys()) {
    const kept = await cache.match(request);
    const path = new URL(request.url).pathname;
    if (kept && isForEver(kept) && !named.includes(path)) await cache.delete(request);
  }
}

/*
 * Push: what the stack sends to this device.
 *
 * Each one is shown, whatever it holds: a browser that is woken without showing something ends the
 * subscription. What it holds is written by tocsin/channels/push.py.
 */

const ICON = "/assets/icons/icon-192.png";
/** Of these an answer is wanted now: they sound again, and stay until they are answered. */
const WANTS_ANSWER = ["alert.paged", "alert.worsened", "alert.digest"];
/** What its buttons do, by their names; the forms are those of a link's page. */
const BUTTONS = {
  acknowledge: {title: "Acknowledge", done: "Acknowledged", not: "Not acknowledged"},
  snooze: {title: "Snooze 1 h", done: "Snoozed for 1 h", not: "Not snoozed"},
};

/**
 * @typedef {object} Said
 * @property {string} [event]
 * @property {string} [tag] the alert or digest: the next one about it takes the place of this one
 * @property {string} [title]
 * @property {string} [body]
 * @property {string} [url] what a tap opens
 * @property {string} [device] of a test: the device
 * @property {string} [acknowledge] a link that acts once, without its origin
 * @property {string} [snooze] likewise
 */

worker.addEventListener("push", (event) => event.waitUntil(show(readPush(event.data))));

worker.addEventListener("notificationclick", (event) => {
  const said = /** @type {Said} */ (event.notification.data || {});
  const action = event.action;
  if (action === "acknowledge" || action === "snooze") event.waitUntil(act(action, said, event.notification));
  else {
    event.notification.close();
    event.waitUntil(open(said));
  }
});

worker.addEventListener("pushsubscriptionchange", (event) => {
  const changed = /** @type {any} */ (event);
  changed.waitUntil(renew(changed.oldSubscription, changed.newSubscription));
});

/**
 * @param {PushMessageData | null} data
 * @returns {Said}
 */
function readPush(data) {
  try {
    const said = data?.json();
    return said && typeof said === "object" ? said : {};
  } catch {
    return {};
  }
}

/** @param {Said} said */
async function show(said) {
  const wantsAnswer = !said.event || WANTS_ANSWER.includes(said.event);
  const buttons = /** @type {(keyof typeof BUTTONS)[]} */ (Object.keys(BUTTONS)).filter((name) => said[name]);
  await notify(said.title || "Something happened", {
    body: said.body || "Open the console to see what.",
    data: said,
    tag: said.tag || "tocsin",
    renotify: wantsAnswer || said.event === "channel.test",
    requireInteraction: wantsAnswer,
    actions: buttons.map((name) => ({action: name, title: BUTTONS[name].title})),
  });
  for (const page of await worker.clients.matchAll({type: "window"})) page.postMessage({pushed: said});
}

/**
 * @param {string} title
 * @param {Record<string, unknown>} more
 */
function notify(title, more) {
  return worker.registration.showNotification(title, {icon: ICON, badge: ICON, ...more});
}

/**
 * Do what a button says by its link, and say whether it was done: a press that failed must not look
 * as if somebody had the alert.
 * @param {"acknowledge" | "snooze"} action
 * @param {Said} said
 * @param {Notification} notification
 */
async function act(action, said, notification) {
  const {done, not} = BUTTONS[action];
  const {title, tag} = notification;
  const why = await press(said[action] || "", action);
  if (!why) {
    notification.close();
    await notify(done, {body: title, tag, data: {url: said.url, tag}, silent: true});
  } else {
    const body = `${title}\n${why} Tap to open the alert.`;
    await notify(not, {body, tag, data: {url: said.url, tag}, renotify: true, requireInteraction: true});
  }
}

/**
 * @param {string} link
 * @param {string} action
 * @returns {Promise<string>} why it was not done; empty: it was
 */
async function press(link, action) {
  const failed = "The stack did not take it.";
  if (!link.startsWith("/act/")) return failed;
  try {
    const answer = await fetch(link, {
      method: "POST",
      body: new URLSearchParams({action}),
      // A sentence instead of the alert's page; the link says who acts.
      headers: {accept: "text/plain"},
      credentials: "omit",
      redirect: "manual",
    });
    return answer.ok ? "" : answer.status === 409 ? (await answer.text()).trim() : failed;
  } catch {
    return failed;
  }
}

/**
 * Open what it is about, in a window of the console that is there.
 * @param {Said} said
 */
async function open(said) {
  const address = new URL(said.url || PAGE, worker.location.origin);
  const device = said.device ? `?device=${encodeURIComponent(said.device)}` : "";
  const path = address.pathname + device;
  if (address.origin !== worker.location.origin) return;
  const windows = await worker.clients.matchAll({type: "window", includeUncontrolled: true});
  const there = windows.find((it) => new URL(it.url).pathname === address.pathname);
  if (there && !device) await there.focus();
  else await worker.clients.openWindow(path);
}

/**
 * The browser ended the subscription: register the new one in its place, by the session's cookie.
 * Where that fails, the console does it when it is next opened.
 * @param {PushSubscription | null} former
 * @param {PushSubscription | null} newer
 */
async function renew(former, newer) {
  const answer = await fetch("/api/v1/push-key", {credentials: "same-origin", cache: "no-store"});
  if (!answer.ok) return;
  const {key} = (await answer.json()).data;
  const options = {userVisibleOnly: true, applicationServerKey: key};
  const subscription = newer || (await worker.registration.pushManager.subscribe(options));
  const {endpoint, keys} = subscription.toJSON();
  await fetch("/api/v1/me/push-devices", {
    method: "POST",
    headers: {"content-type": "application/json"},
    credentials: "same-origin",
    body: JSON.stringify({endpoint, keys, ...(former ? {replaces: former.endpoint} : {})}),
  });
}
