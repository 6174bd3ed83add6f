// The player of a testimony: the transcript follows the voice, and a click on a line is heard.
// It never starts by itself; without script the links and the browser's own player do the same.

const box = document.querySelector("[data-player-box]");
const player = box.querySelector("[data-player]");
const wave = box.querySelector("[data-wave]");
const now = box.querySelector("[data-now]");
const tools = box.querySelector("[data-tools]");
const back = box.querySelector('[data-do="voice"]');
const sequence = box.querySelector("[data-sequence]");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

let transcript = document.querySelector(".transcript");
let timed = []; // lines of this part that have a time, by time
let current = null; // the line that is spoken
let following = true; // the page moves along with the voice
let moving = 0; // until when the page's scrolling is ours
let coming = null; // the part of the transcript that is on its way

const ms = () => player.currentTime * 1000;
const begins = (line) => Number(line.dataset.start);
const length = () => (player.duration > 0 && Number.isFinite(player.duration) ? player.duration * 1000 : Number(wave?.dataset.duration ?? 0));

function take() {
  timed = [...(transcript?.querySelectorAll(".line[data-start]") ?? [])].sort((a, b) => begins(a) - begins(b));
  current = null;
}

function lineAt(at) {
  let low = 0;
  let high = timed.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (begins(timed[middle]) <= at) low = middle + 1;
    else high = middle;
  }
  return timed[low - 1] ?? null;
}

// The room in which a line can be read: between the player and the end of the window.
function room() {
  const picked = document.getElementById("picked");
  return { top: box.getBoundingClientRect().bottom + 8, end: innerHeight - (picked && !picked.hidden ? 80 : 16) };
}

function readable(line) {
  const { top, end } = room();
  const place = line.getBoundingClientRect();
  return place.top >= top - 1 && (place.bottom <= end + 1 || place.top <= top + 1);
}

function show(line) {
  if (readable(line)) return;
  const place = line.getBoundingClientRect();
  // The box may not have come to the top yet: there it will end at its own height.
  const top = box.offsetHeight + 8;
  const spare = Math.max(0, innerHeight - 16 - top - place.height);
  moving = performance.now() + (calm.matches ? 200 : 900);
  scrollTo({ top: scrollY + place.top - top - spare * 0.25, behavior: calm.matches ? "auto" : "smooth" });
}

function follow(on) {
  following = on;
  back.hidden = on || !current;
  if (on && current) show(current);
}

// Which part of the transcript (a page of it) is spoken at a moment; 0 where nobody knows.
function partAt(at) {
  const starts = JSON.parse(transcript?.dataset.starts ?? "[]");
  let found = 0;
  starts.forEach((start, n) => { if (start !== null && start <= at) found = n + 1; });
  return found;
}

async function bring(part) {
  if (coming === part) return;
  coming = part;
  const address = new URL(transcript.dataset.testimony, location.href);
  const beside = new URLSearchParams(location.search).get("beside");
  address.searchParams.set("page", part);
  if (beside) address.searchParams.set("beside", beside);
  const answer = await fetch(address).catch(() => null);
  if (answer?.ok && coming === part) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(".transcript");
    const pages = [document, page].map((one) => one.querySelector(".testimony-main .pages"));
    if (fresh) transcript.replaceWith(fresh);
    if (pages[0] && pages[1]) pages[0].replaceWith(pages[1]);
    transcript = document.querySelector(".transcript");
    take();
    tick();
  }
  coming = null;
}

function tick() {
  const at = ms();
  if (now && length()) now.setAttribute("transform", `translate(${((1000 * at) / length()).toFixed(1)} 0)`);
  inSequence(at);
  const part = partAt(at);
  if (part && following && !player.paused && part !== Number(transcript.dataset.part)) bring(part);
  const line = part && part !== Number(transcript.dataset.part) ? null : lineAt(at);
  if (line === current) {
    if (!following && line && !player.paused && readable(line)) follow(true); // the reader came back by themselves
    return;
  }
  current?.classList.remove("playing");
  current?.removeAttribute("aria-current");
  current = line;
  line?.classList.add("playing");
  line?.setAttribute("aria-current", "true");
  chapter(at);
  if (line && following && !player.paused) show(line);
}

function chapter(at) {
  for (const list of document.querySelectorAll(".moment-list, .contents ol")) {
    const links = [...list.querySelectorAll("[data-at]")];
    const here = links.filter((link) => Number(link.dataset.at) <= at).at(-1);
    for (const link of links) link.closest("li").classList.toggle("current", link === here);
  }
}

function run() {
  tick();
  if (!player.paused && !player.ended) requestAnimationFrame(run);
}

function seek(at, play = true) {
  player.currentTime = Math.max(0, at) / 1000;
  follow(true);
  if (play) player.play().catch(() => {});
  tick();
}

function step(by) {
  const at = timed.indexOf(lineAt(ms()));
  // Back within the first second goes to the line before, later to the beginning of this one.
  const from = by < 0 && at >= 0 && ms() - begins(timed[at]) > 1000 ? at + 1 : at;
  const line = timed[Math.max(0, from + by)];
  if (line) seek(begins(line), !player.paused);
}

// Only the passages that bear on one claim, one after the other.
let queue = [];
let turn = 0;
let running = false;
let ours = false; // the jump to the next passage is not the listener's

function ready(claim) {
  queue = [...claim.querySelectorAll("[data-until]")].map((link) => [Number(link.dataset.at), Number(link.dataset.until)]);
  turn = 0;
  sequence.querySelector("[data-claim-text]").textContent = claim.querySelector("a").textContent;
  sequence.hidden = false;
  tell(true);
}

function tell(waiting) {
  sequence.querySelector("[data-where]").textContent = sequence.dataset.one.replace("{n}", turn + 1).replace("{of}", queue.length);
  sequence.querySelector('[data-do="play-sequence"]').hidden = !waiting;
}

function playTurn() {
  ours = true;
  running = true;
  tell(false);
  seek(queue[turn][0]);
}

function inSequence(at) {
  if (!running || player.paused || ours || at < queue[turn][1]) return;
  turn += 1;
  if (turn < queue.length) playTurn();
  else {
    player.pause();
    stop();
  }
}

function stop() {
  queue = [];
  running = false;
  sequence.hidden = true;
}

player.addEventListener("seeked", () => { ours = false; tick(); });
player.addEventListener("playing", () => { ours = false; });
player.addEventListener("seeking", () => { if (running && !ours) stop(); });

// What the listener does.
const DO = {
  "line-before": () => step(-1),
  "line-after": () => step(1),
  voice: () => follow(true),
  again: () => { const at = player.currentTime; failed.hidden = true; player.load(); player.currentTime = at; player.play().catch(() => {}); },
  "play-sequence": () => playTurn(),
  "stop-sequence": () => { player.pause(); stop(); },
  "play-claim": (button) => { ready(button.closest(".moment-claim")); playTurn(); },
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-do]");
  if (button && DO[button.dataset.do]) {
    DO[button.dataset.do](button);
    return;
  }
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const way = event.target.closest("a[data-way]");
  if (way) way.hash = `t=${Math.floor(player.currentTime)}`;
  const link = event.target.closest("a[data-at]") ?? event.target.closest(".line .time");
  const line = event.target.closest(".line[data-start]");
  if (link?.dataset.at !== undefined || (link && line)) {
    event.preventDefault();
    if (link.closest(".line")) history.replaceState(null, "", link.href);
    seek(link.dataset.at !== undefined ? Number(link.dataset.at) : begins(line));
  } else if (line && event.target.closest(".words") && !event.target.closest("a, button") && document.getSelection().isCollapsed) {
    seek(begins(line));
  }
});

wave?.addEventListener("click", (event) => {
  const place = wave.getBoundingClientRect();
  seek(((event.clientX - place.left) / place.width) * length(), !player.paused);
});

box.querySelector("[data-speed]").addEventListener("change", (event) => { player.playbackRate = Number(event.target.value); });

function faster(by) {
  const select = box.querySelector("[data-speed]");
  select.selectedIndex = Math.min(Math.max(select.selectedIndex + by, 0), select.options.length - 1);
  player.playbackRate = Number(select.value);
}

const KEYS = {
  " ": () => (player.paused ? player.play().catch(() => {}) : player.pause()),
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  "[": () => faster(-1),
  "]": () => faster(1),
  b: () => follow(true),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, textarea, select, audio, video") || (event.key === " " && event.target.closest("button, summary, a:not(.time)"))) return;
  if (!KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});

// Whoever scrolls elsewhere is left there, and offered the way back.
for (const kind of ["wheel", "touchmove"]) addEventListener(kind, () => { moving = 0; }, { passive: true });
addEventListener("keydown", (event) => { if (/^(Page|Home|End|ArrowUp|ArrowDown)/.test(event.key)) moving = 0; });
addEventListener("scroll", () => {
  if (performance.now() > moving && current && !player.paused) follow(readable(current));
}, { passive: true });

player.addEventListener("play", () => { follow(following); run(); });
for (const kind of ["timeupdate", "pause", "loadedmetadata"]) player.addEventListener(kind, tick);

// A line that is slow, or down.
const slow = box.querySelector("[data-slow]");
const failed = box.querySelector("[data-failed]");
let waiting = 0;
const offerSound = () => { if (slow) slow.hidden = false; };
if (navigator.connection?.saveData || /2g|3g/.test(navigator.connection?.effectiveType ?? "")) offerSound();
player.addEventListener("waiting", () => { waiting = setTimeout(offerSound, 4000); });
for (const kind of ["playing", "pause", "seeking"]) player.addEventListener(kind, () => clearTimeout(waiting));
player.addEventListener("error", () => { failed.hidden = false; });
player.querySelector("source:last-of-type")?.addEventListener("error", () => { failed.hidden = false; });
player.addEventListener("playing", () => { failed.hidden = true; });

// Searching within: what is found is a list of moments to jump to.
const within = document.querySelector("form.within");
const found = document.querySelector("[data-found]");
within?.addEventListener("submit", async (event) => {
  const asked = new URLSearchParams(new FormData(within));
  if (!found || !asked.get("q").trim()) return;
  event.preventDefault();
  const answer = await fetch(`/api/v1/search?${asked}&limit=50`).catch(() => null);
  if (!answer?.ok) {
    within.submit();
    return;
  }
  const { hits } = await answer.json();
  const list = document.createElement("ol");
  for (const hit of hits.sort((a, b) => (a.start_ms ?? 0) - (b.start_ms ?? 0))) list.append(entry(hit));
  const count = document.createElement("p");
  count.setAttribute("role", "status");
  count.textContent = hits.length ? found.dataset.some.replace("{n}", hits.length) : found.dataset.none;
  found.replaceChildren(count, list);
  found.hidden = false;
  (list.querySelector("a") ?? found).focus();
});

function entry(hit) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  const seconds = Math.floor((hit.start_ms ?? 0) / 1000);
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  link.href = hit.url;
  if (hit.start_ms !== null) link.dataset.at = hit.start_ms;
  link.textContent = hit.start_ms === null ? hit.text : `${time} ${hit.text}`;
  item.append(link);
  return item;
}

// An address may ask for the passages of one claim: they are made ready, not played.
function asked() {
  const claim = /^#play=([\w-]+)$/.exec(location.hash);
  const held = claim && document.getElementById(`play-${claim[1]}`);
  if (!held) return;
  held.closest("details").open = true;
  ready(held);
  box.scrollIntoView({ block: "start" });
}

document.documentElement.classList.add("has-script");
tools.hidden = false;
for (const button of document.querySelectorAll(".with-script")) button.hidden = false;
addEventListener("hashchange", asked);
take();
asked();
