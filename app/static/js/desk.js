// The desk: lines are chosen by mouse, touch or keys, and every form beside them acts on what is chosen.

const section = document.querySelector("[data-lines]");
const lines = [...(section?.querySelectorAll(".bench-line") ?? [])];
const said = document.querySelector("[data-chosen]");
const player = document.querySelector("[data-player]");
const number = (line) => Number(line.dataset.line);
let anchor = null; // where choosing began
let range = null; // [first, last]

function show() {
  for (const line of lines) line.classList.toggle("is-chosen", Boolean(range) && number(line) >= range[0] && number(line) <= range[1]);
  for (const field of document.querySelectorAll("input[data-first]")) set(field, range?.[0]);
  for (const field of document.querySelectorAll("input[data-last]")) set(field, range?.[1]);
  if (!range) said.textContent = said.dataset.none;
  else said.textContent = range[0] === range[1] ? `${said.dataset.one}: ${range[0]}` : `${said.dataset.many}: ${range[0]}–${range[1]}`;
  const address = new URL(location.href);
  address.searchParams.delete("first");
  address.searchParams.delete("last");
  if (range) {
    address.searchParams.set("first", range[0]);
    address.searchParams.set("last", range[1]);
  }
  history.replaceState(history.state, "", address);
}

function set(field, value) {
  field.value = value ?? "";
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

function choose(from, to = from) {
  anchor = from;
  range = [Math.min(from, to), Math.max(from, to)];
  show();
}

function clear() {
  anchor = range = null;
  show();
}

// By mouse or touch: the words selected choose their lines; the number of a line chooses it, with Shift up to it.
function chooseSelected() {
  const selection = document.getSelection();
  if (selection.isCollapsed || !selection.rangeCount || !section?.contains(selection.anchorNode)) return;
  const touched = lines.filter((line) => selection.getRangeAt(0).intersectsNode(line.querySelector(".testimony-text")));
  if (!touched.length) return;
  range = [number(touched[0]), number(touched.at(-1))];
  anchor = range[0];
  show();
}

document.addEventListener("selectionchange", chooseSelected);

section?.addEventListener("click", (event) => {
  const link = event.target.closest("[data-choose]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const line = link.closest(".bench-line");
  const at = number(line);
  // A second tap on another line widens what was tapped first; on the same line it lets go.
  if (event.shiftKey && anchor !== null) widen(at);
  else if (range && range[0] === at && range[1] === at) clear();
  else if (range && range[0] === range[1] && event.pointerType === "touch") widen(at);
  else choose(at);
  if (player && line.dataset.start !== undefined) player.currentTime = Number(line.dataset.start) / 1000;
});

function widen(to) {
  const from = anchor ?? to;
  choose(from, to);
  anchor = from;
}

// By keys: j and k go from line to line and choose, J and K widen, Escape lets go.
function step(by, wide) {
  const numbers = lines.map(number);
  const edge = range ? (wide && anchor === range[1] ? range[0] : wide ? range[1] : by > 0 ? range[1] : range[0]) : null;
  const from = edge === null ? -1 : numbers.indexOf(edge);
  const at = edge === null ? 0 : Math.min(Math.max(from + by, 0), numbers.length - 1);
  if (wide) widen(numbers[at]);
  else choose(numbers[at]);
  const line = lines[at];
  line.querySelector("[data-choose]").focus({ preventScroll: true });
  line.scrollIntoView({ block: "nearest" });
}

document.addEventListener(
  "keydown",
  (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName ?? "");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") || !lines.length) return;
    const moves = { j: [1, false], k: [-1, false], J: [1, true], K: [-1, true] }[event.key];
    if (moves) step(...moves);
    else if (event.key === "Escape" && range) clear();
    else if (event.key === " " && player && !event.target.closest("a, button, summary")) (player.paused ? player.play() : player.pause());
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);

if (player) {
  player.addEventListener("timeupdate", () => {
    const ms = player.currentTime * 1000;
    const now = lines.filter((line) => line.dataset.start !== undefined && Number(line.dataset.start) <= ms).at(-1);
    for (const line of lines) line.classList.toggle("playing", line === now);
  });
}

// What the address chooses is where choosing goes on from, and is in view.
const asked = new URLSearchParams(location.search);
if (asked.has("first") && lines.length) {
  range = [Number(asked.get("first")), Number(asked.get("last") ?? asked.get("first"))];
  anchor = range[0];
  if (!location.hash) lines.find((line) => number(line) === range[0])?.scrollIntoView({ block: "center" });
}
chooseSelected(); // words may have been selected while the page was still loading
// A panel that is named by the address is open.
const panel = location.hash && document.querySelector(`details${location.hash.replace(/[^#\w-]/g, "")}`);
if (panel) panel.open = true;
