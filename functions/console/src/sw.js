/**
 * The service worker: lets the console open where there is no network.
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
