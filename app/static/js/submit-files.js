// Files are sent piece by piece (tus), so that a cut line or a closed lid costs nothing: what has arrived
// is kept by the archive, and the page keeps nothing. After a reload the same file, chosen again, goes on.

const part = document.getElementById("with-script");
const words = part.dataset;
const list = document.getElementById("files");
const told = document.getElementById("told");
const onward = document.getElementById("onward");
const PIECE = 8 * 1024 * 1024;
const WAITS = [0, 1000, 3000, 5000, 10000, 20000, 30000, 30000, 60000];
const AT_ONCE = 2;
const LOOK = 1500; // between questions whether a file was received

const jobs = new Set();

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const percent = (job) => (job.size ? Math.floor((100 * job.arrived) / job.size) : 100);
const UNITS = [[2 ** 30, words.gb], [2 ** 20, words.mb], [1024, words.kb]];

function inWords(bytes) {
  const [unit, sentence] = UNITS.find(([size]) => bytes >= size) ?? UNITS[UNITS.length - 1];
  const number = Math.max(bytes / unit, 1).toLocaleString(document.documentElement.lang, { maximumFractionDigits: unit > 1024 ? 1 : 0 });
  return fill(sentence, { number });
}

function timeLeft(job) {
  const gone = (performance.now() - job.since) / 1000;
  const sent = job.arrived - job.from;
  if (gone < 3 || sent <= 0) return "";
  const minutes = Math.round(((job.size - job.arrived) * gone) / sent / 60);
  if (minutes < 1) return words.soon;
  const values = { hours: Math.floor(minutes / 60), minutes: minutes < 60 ? minutes : minutes % 60 };
  return fill(minutes < 60 ? words.minutes : words.hours, values);
}

function show(job, sentence) {
  job.item.querySelector(".file-state").textContent = sentence;
  const bar = job.item.querySelector("progress");
  if (bar) bar.value = percent(job);
}

// Said aloud: beginnings, ends and troubles, and how far it is at each quarter.
function tell(job, sentence) {
  told.textContent = `${job.name}: ${sentence}`;
}

function showProgress(job) {
  if (job.state !== "going") return;
  show(job, `${fill(words.going, { percent: percent(job) })} ${timeLeft(job)}`.trim());
  const quarter = Math.floor(percent(job) / 25);
  if (quarter > job.quarter) {
    job.quarter = quarter;
    tell(job, fill(words.going, { percent: percent(job) }));
  }
}

function buttons(job, ...shown) {
  for (const button of job.item.querySelectorAll("[data-act]")) button.hidden = !shown.includes(button.dataset.act);
}

function settle(job, state, sentence) {
  job.state = state;
  show(job, sentence);
  tell(job, sentence);
  next();
}

function next() {
  const going = [...jobs].filter((job) => job.state === "going" || job.state === "down").length;
  for (const job of [...jobs].filter((waiting) => waiting.state === "waiting").slice(0, Math.max(0, AT_ONCE - going))) start(job);
}

function start(job) {
  job.state = "going";
  job.since = performance.now();
  job.from = job.arrived;
  buttons(job, "pause", "remove");
  showProgress(job);
  job.upload.start();
}

function again() {
  for (const job of jobs) if (job.state === "down") start(job);
}

function failed(job, error) {
  const answer = error.originalResponse;
  const status = answer?.getStatus() ?? 0;
  if (status === 0 || status === 409 || status === 423 || status === 429 || (status >= 500 && status !== 507)) {
    job.state = "down";
    show(job, fill(words.down, { percent: percent(job) }));
    if (!job.wasDown) tell(job, fill(words.down, { percent: percent(job) }));
    job.wasDown = true;
    setTimeout(() => job.state === "down" && start(job), 15000);
    return;
  }
  buttons(job, "remove");
  const said = (answer.getHeader("Content-Type") ?? "").startsWith("text/plain") ? answer.getBody().slice(0, 400) : "";
  const known = { 404: words.gone, 507: said || words.full };
  settle(job, "failed", known[status] ?? (said || words.failed));
}

async function look(job) {
  buttons(job, "remove");
  job.item.querySelector("progress")?.remove();
  settle(job, "looked", words.looked);
  for (let asked = 0; jobs.has(job); asked += 1) {
    await new Promise((rest) => setTimeout(rest, LOOK * Math.min(1 + asked / 10, 6)));
    const file = await fetch(job.asks, { headers: { Accept: "application/json" } }).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
    if (file?.state === "received") return settle(job, "received", words.received);
    if (file?.state === "refused") return settle(job, "refused", `${words.refused} ${file.reason}`);
  }
}

function make(job, file) {
  const item = document.getElementById("file-item").content.firstElementChild.cloneNode(true);
  const [name, size] = item.querySelectorAll(".file-name span");
  name.textContent = file.name;
  size.textContent = inWords(file.size);
  item.querySelector("progress").setAttribute("aria-label", file.name);
  for (const button of item.querySelectorAll("[data-act]")) {
    button.setAttribute("aria-label", `${button.textContent}: ${file.name}`);
    button.addEventListener("click", () => act(job, button.dataset.act));
  }
  return item;
}

async function act(job, what) {
  if (what === "pause") {
    await job.upload.abort();
    buttons(job, "resume", "remove");
    job.item.querySelector("[data-act=resume]").focus();
    settle(job, "paused", fill(words.paused, { percent: percent(job) }));
  } else if (what === "resume") {
    start(job);
    job.item.querySelector("[data-act=pause]").focus();
  } else {
    const { url } = job.upload;
    job.state = "removed";
    jobs.delete(job);
    await job.upload.abort().catch(() => {});
    if (url) await fetch(url, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => {});
    job.item.remove();
    document.getElementById("no-files").hidden = list.children.length > 0;
    document.getElementById("choose").focus();
    next();
  }
}

// An unfinished file of the same name and size that the archive already has a part of.
function unfinished(file) {
  return [...list.querySelectorAll("li[data-state=arriving]")].find(
    (item) => item.dataset.name === file.name && Number(item.dataset.size) === file.size,
  );
}

export function give(file) {
  const before = unfinished(file);
  const job = { name: file.name, size: file.size, arrived: 0, quarter: 0, state: "waiting", asks: before?.dataset.asks };
  job.item = make(job, file);
  if (before) before.replaceWith(job.item);
  else list.append(job.item);
  job.upload = new tus.Upload(file, {
    endpoint: words.endpoint,
    uploadUrl: before?.dataset.at,
    metadata: { filename: file.name },
    chunkSize: PIECE,
    retryDelays: WAITS,
    storeFingerprintForResuming: false,
    onUploadUrlAvailable() {
      job.asks = words.asks.replace("UPLOAD", job.upload.url.split("/").pop());
    },
    onProgress(arrived) {
      job.arrived = Math.max(job.arrived, arrived);
      job.wasDown = false;
      showProgress(job);
    },
    onSuccess: () => look(job),
    onError: (error) => failed(job, error),
  });
  jobs.add(job);
  document.getElementById("no-files").hidden = true;
  buttons(job, "pause", "remove");
  show(job, words.waiting);
  next();
}

part.hidden = false;
document.getElementById("plain-upload").hidden = true;
const choose = document.getElementById("choose");
choose.addEventListener("change", () => {
  for (const file of choose.files) give(file);
  choose.value = "";
});

// A telephone that slept, or a line that came back.
addEventListener("online", again);
document.addEventListener("visibilitychange", () => document.hidden || again());

// Going on stops what is still on its way: said once, then allowed.
onward.addEventListener("click", (event) => {
  const message = document.getElementById("under-way");
  const busy = [...jobs].some((job) => ["going", "down", "waiting", "paused"].includes(job.state));
  if (!event.target.closest("a") || !busy || !message.hidden) return;
  event.preventDefault();
  message.textContent = words.underWay;
  message.hidden = false;
});

// Files that were still being looked at when the page came.
for (const item of list.querySelectorAll("li[data-state=whole]")) {
  const job = { name: item.dataset.name, size: 1, arrived: 1, state: "looked", asks: item.dataset.asks, item };
  jobs.add(job);
  look(job);
}
