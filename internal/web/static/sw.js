// Keeps the checks a reader has opened, the last 50, for reading without a
// network. It keeps nothing else, tells nobody anything, and the site works
// as well without it. What was corrected or withdrawn is fetched again at the
// next contact. Pages of staff, questions, tickets and appeals never pass
// through its hands.
"use strict";
const set = "SETTINGS";
const PAGES = "soi-checks-1", FILES = "soi-files-1", STATE = "/soi-offline-state";
const CHECK = /^(?:\/([a-z]{2,3}(?:-[a-z0-9]{2,8})*))?\/checks\/([0-9a-z]{26})$/;
// ANY: the answers vary by headers that only the browser's network code sets;
// addresses alone tell pages and files apart here.
const ANY = { ignoreVary: true };
// READ are the pages that a person without a network is told about here; for
// all others the browser says in its own words that there is none.
const READ = /^(?:\/([a-z]{2,3}(?:-[a-z0-9]{2,8})*))?\/(?:|checks|explainers|search|corrections|about|offline|checks\/[0-9a-z]{26}|explainers\/[0-9a-z]{26})$/;

self.addEventListener("install", (e) => e.waitUntil(install()));
self.addEventListener("activate", (e) => e.waitUntil(activate()));
self.addEventListener("message", (e) => {
  if (e.data === "latest") e.waitUntil(keepLatest(e.source));
  if (e.data === "this") e.waitUntil(keepThis(new URL(e.source.url)).catch(() => {}));
});
self.addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (e.request.mode === "navigate" && READ.test(url.pathname)) {
    e.respondWith(page(e, url));
  } else if (url.pathname.startsWith("/static/")) {
    e.respondWith(file(e.request));
  }
});

// ask is a request as a stranger makes it: no cookie goes along.
const ask = (path, cache) => fetch(path, { credentials: "omit", cache: cache || "no-cache", redirect: "error" });

// install fetches the style and the page for what was not kept.
async function install() {
  const files = await caches.open(FILES);
  const want = set.files.concat(Object.keys(set.words).map((lang) => "/" + lang + "/offline"));
  await Promise.all(want.map(async (path) => {
    const res = await ask(path);
    if (res.ok) await files.put(path, res);
  }));
  await self.skipWaiting();
}

// activate throws away what an older version of the site kept of its own.
async function activate() {
  const files = await caches.open(FILES);
  for (const req of await files.keys()) {
    const url = new URL(req.url);
    if (url.pathname.startsWith("/static/") && !set.files.includes(url.pathname + url.search)) await files.delete(req);
  }
  await self.clients.claim();
}

// page asks the network first, always; only where it does not answer is what
// was kept shown, and that it is.
async function page(e, url) {
  try {
    const res = await fetch(e.request);
    const copy = CHECK.test(url.pathname) && !url.search && keepable(res) ? res.clone() : null;
    e.waitUntil(contact(url.pathname, copy).catch(() => {}));
    return res;
  } catch {
    return kept(url);
  }
}

// contact keeps a page, then asks what has changed: in this order, so that
// what changes in between is not missed.
async function contact(path, copy) {
  if (copy) await keep(path, copy);
  await refresh();
}

// keepable: a whole public page. Pages of staff say "no-store".
const keepable = (res) => res.ok && res.type === "basic" && !res.redirected && /\bpublic\b/.test(res.headers.get("Cache-Control") || "");

// file is a style or script, from the network or as it was kept.
async function file(request) {
  try {
    return await fetch(request);
  } catch (cause) {
    const found = await (await caches.open(FILES)).match(request, ANY);
    if (found) return found;
    throw cause;
  }
}

// keep puts a page away under the time it was fetched, in one step in the place
// of what was kept before, and lets the ones put away longest ago go. Without
// Vary an address is kept once.
async function keep(path, res) {
  const pages = await caches.open(PAGES);
  const headers = new Headers(res.headers);
  headers.set("X-Kept", String(Date.now()));
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  headers.delete("Vary");
  const body = await res.text();
  await pages.put(path, new Response(body, { status: res.status, headers }));
  const all = await pages.keys();
  for (const old of all.slice(0, Math.max(0, all.length - set.most))) await pages.delete(old);
}

// refresh asks what has changed since the last contact and fetches again what
// of it is kept. What is gone from the site goes from here.
let last = Promise.resolve();
function refresh() {
  last = last.catch(() => {}).then(renew);
  return last;
}
async function renew() {
  const pages = await caches.open(PAGES), files = await caches.open(FILES);
  const state = await files.match(STATE, ANY);
  const since = state ? await state.text() : "";
  const res = await ask("/offline.json?since=" + since);
  if (!res.ok) return null;
  const now = await res.json();
  let whole = true;
  for (const req of await pages.keys()) {
    const path = new URL(req.url).pathname, id = CHECK.exec(path)[2];
    if (!now.all && !now.changed.includes(id)) continue;
    try {
      const fresh = await ask(path);
      if (keepable(fresh)) await keep(path, fresh);
      else if (fresh.status === 404 || fresh.status === 410) await pages.delete(req);
      else whole = false;
    } catch {
      whole = false;
    }
  }
  if (whole) await files.put(STATE, new Response(String(now.size)));
  return now;
}

// keepThis keeps the page that was open before this worker was there.
async function keepThis(url) {
  if (!CHECK.test(url.pathname) || url.search) return;
  const res = await ask(url.pathname);
  await contact(url.pathname, keepable(res) ? res : null);
}

// spoken is the language that an address names, of those the pages have.
function spoken(url) {
  const first = url.pathname.split("/")[1];
  return Object.hasOwn(set.words, first) ? first : "";
}

// keepLatest fetches the newest checks, because the reader asked for it.
async function keepLatest(client) {
  let count = 0;
  const lang = spoken(new URL(client.url));
  try {
    const now = await refresh();
    for (const id of now.latest.slice().reverse()) {
      const path = (lang ? "/" + lang : "") + "/checks/" + id;
      const res = await ask(path);
      if (keepable(res)) { await keep(path, res); count++; }
    }
  } catch {
    // The network went away meanwhile: what arrived is kept.
  }
  client.postMessage({ kept: count });
}

// kept answers without a network: the page as it was kept, under a line that
// says so, or the list of what is here.
async function kept(url) {
  const lang = spoken(url) || Object.keys(set.words).find((l) => (self.navigator.language || "").startsWith(l)) || "vi";
  const say = set.words[lang];
  const found = await (await caches.open(PAGES)).match(url.pathname, ANY);
  if (found) {
    const when = new Intl.DateTimeFormat(lang, { dateStyle: "long", timeStyle: "short" }).format(new Date(Number(found.headers.get("X-Kept"))));
    return answer(found, (html) => html.replace(/<main\b/, () => banner(say.banner + " " + say.asof.replace("%", when)) + "<main"));
  }
  const list = await (await caches.open(FILES)).match("/" + lang + "/offline", ANY);
  if (!list) return Response.error();
  const items = await titles(lang);
  return answer(list, (html) => html.replace(/<ul data-kept[^>]*><\/ul>/, () => items ? "<ul>" + items + "</ul>" : "<p>" + escape(say.nothing) + "</p>")
    .replace(/<main\b/, () => banner(say.banner) + "<main"));
}

// answer is a kept page with something put into it.
async function answer(res, change) {
  return new Response(change(await res.text()), { status: 200, headers: res.headers });
}

const banner = (text) => '<div class="notice offline" role="status"><p>' + escape(text) + "</p></div>";
const escape = (s) => s.replace(/[&<>"']/g, (c) => "&#" + c.charCodeAt(0) + ";");

// titles lists the checks that are here, the one read last first.
async function titles() {
  const pages = await caches.open(PAGES);
  let out = "";
  for (const req of (await pages.keys()).reverse()) {
    const res = await pages.match(req, ANY);
    if (!res) continue; // gone meanwhile
    const html = await res.text();
    const title = (html.match(/<meta property="og:title" content="([^"]*)"/) || html.match(/<title>([^<]*)<\/title>/) || [])[1];
    const word = (html.match(/<header class="verdict">[\s\S]*?<span class="word">([^<]*)<\/span>/) || [])[1];
    if (title) out += '<li><a href="' + escape(new URL(req.url).pathname) + '">' + (word ? word + ": " : "") + title + "</a></li>";
  }
  return out;
}
