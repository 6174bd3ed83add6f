// A testimony: jump to a second, cite or copy the address of the lines selected. The voice: player.js.

const transcript = document.querySelector(".transcript");
const picked = document.getElementById("picked");
const dialog = document.getElementById("cite-dialog");
const cite = document.getElementById("cite")?.dataset.cite;
// Asked each time: the player brings other parts of the transcript.
const lines = () => [...document.querySelectorAll(".transcript .line")];
const player = document.querySelector("[data-player]");
let range = null; // [first, last] lines selected

const start = (line) => Number(line.dataset.start);
const timed = () => lines().filter((line) => line.dataset.start !== undefined);

function lineAt(ms) {
  let found = null;
  for (const line of timed()) if (start(line) <= ms) found = line;
  return found;
}

// #t=62 means a second. If it is not in this stretch the server is asked for the right one.
function jump() {
  const asked = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash);
  if (!asked || !transcript) return;
  const seconds = Number(asked[1]);
  const line = lineAt(seconds * 1000);
  const beyond = !line || (line === timed().at(-1) && document.querySelector(".testimony-main .pages [rel=next]"));
  const params = new URLSearchParams(location.search);
  if (beyond && params.get("t") !== String(Math.floor(seconds))) {
    location.replace(`${transcript.dataset.testimony}?t=${Math.floor(seconds)}${location.hash}`);
    return;
  }
  for (const old of transcript.querySelectorAll(".focused")) old.classList.remove("focused");
  line?.classList.add("focused");
  line?.scrollIntoView({ block: "center" });
  if (player) player.currentTime = seconds;
}

function address() {
  const [first, last] = range;
  const to = last > first ? `&to=${last}` : "";
  // With the revision that is read here the lines are found again when their numbers change.
  const revision = transcript.dataset.revision ? `&revision=${transcript.dataset.revision}` : "";
  return new URL(`${transcript.dataset.testimony}?line=${first}${to}${revision}#line-${first}`, location.href).href;
}

function choose() {
  const selection = document.getSelection();
  const touched = selection.isCollapsed || !selection.rangeCount ? [] : lines().filter((line) => selection.getRangeAt(0).intersectsNode(line));
  range = touched.length ? [Number(touched[0].dataset.line), Number(touched.at(-1).dataset.line)] : null;
  picked.hidden = !range;
  const link = picked.querySelector('[data-do="link"]');
  if (link && range) link.search = `?first=${range[0]}&last=${range[1]}`;
  if (range) picked.querySelector('[data-do="similar"]').search = `?line=${range[0]}`;
  const count = picked.querySelector(".picked-count");
  if (range) count.textContent = `${range[0] === range[1] ? count.dataset.one : count.dataset.many}: ${range[0] === range[1] ? range[0] : range.join("–")}`;
}

async function openCitation() {
  const place = dialog.querySelector("[data-citation]");
  const query = range ? `?first=${range[0]}&last=${range[1]}` : "";
  for (const link of dialog.querySelectorAll("[data-formats] a")) link.search = query;
  const answer = await fetch(cite + query).catch(() => null);
  if (answer?.ok) place.textContent = await answer.text();
  dialog.showModal();
}

async function copy(text, button) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = button.dataset.done;
  } catch {
    // Without a secure connection there is no clipboard: show the text to be copied by hand.
    prompt(label, text);
  }
  setTimeout(() => { button.textContent = label; }, 2000);
}

// The line whose time link has the focus counts as selected for "c".
function rangeFromFocus() {
  const line = document.activeElement?.closest?.(".line");
  if (!range && line) range = [Number(line.dataset.line), Number(line.dataset.line)];
}

if (transcript && picked && dialog) {
  document.addEventListener("selectionchange", choose);
  picked.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.do === "cite") openCitation();
    if (button?.dataset.do === "address") copy(address(), button);
  });
  // Pressing a button must not lose the selection it acts on.
  picked.addEventListener("mousedown", (event) => event.preventDefault());
  dialog.addEventListener("click", (event) => {
    const button = event.target.closest('[data-do="copy-citation"]');
    if (button) copy(dialog.querySelector("[data-citation]").textContent, button);
  });
}

document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName ?? "");
  if (event.key !== "c" || typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") || !dialog) return;
  event.preventDefault();
  rangeFromFocus();
  openCitation();
});

// A line asked for by the address (?line=) is shown, also where the address names no anchor; the voice begins there.
const asked = transcript?.querySelector(".focused");
if (asked && !location.hash) asked.scrollIntoView({ block: "center" });
if (asked && player && asked.dataset.start !== undefined) player.currentTime = start(asked) / 1000;

addEventListener("hashchange", jump);
jump();
