// Answers with offline.html when a page cannot be reached; nothing else is ever kept. Pages hold other people's data and
// must be current, so they always come from the network. Raise VERSION whenever one of FILES changes.
const VERSION = 1;
const PREFIX = "raccordo-offline-";
const CACHE = `${PREFIX}${VERSION}`;
const PAGE = "/offline.html";
const FILES = [PAGE, "/offline.css", "/favicon.svg"];

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    Promise.all([
      caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)))),
      // The page's own request need not wait until the worker has started
      self.registration.navigationPreload?.enable(),
      self.clients.claim(),
    ]),
  );
});

const kept = async (file) => (await (await caches.open(CACHE)).match(file)) ?? Response.error();

const page = async (event) => {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return kept(PAGE);
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.mode === "navigate") {
    event.respondWith(page(event));
  } else if (origin === self.location.origin && FILES.includes(pathname)) {
    // What offline.html itself needs
    event.respondWith(fetch(request).catch(() => kept(pathname)));
  }
});
