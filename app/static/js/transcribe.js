// Correcting a transcript by keys: split, join, times from the player. Without script the form does the same.

const form = document.querySelector("[data-transcribing]");
const player = document.querySelector("[data-player]");
const list = form.querySelector(".rows");
const kept = document.querySelector("[data-kept]");
const store = `transcribing:${form.dataset.testimony}:${form.elements.language.value}:${form.elements.page.value}`;
let made = 0; // rows added here
let saving = false;

const rows = () => [...list.querySelectorAll("[data-row]")];
const field = (row, name) => row.querySelector(`[data-field="${name}"]`);
const words = (row) => field(row, "text");

// Times: 00:01:02.500 as the form writes them.
function read(code) {
  const found = /^(?:(\d+):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?$/.exec(code.trim());
  if (!found) return null;
  const [, hours, minutes, seconds, part] = found;
  return ((Number(hours ?? 0) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number((part ?? "0").padEnd(3, "0"));
}

function written(ms) {
  const two = (n) => String(n).padStart(2, "0");
  const seconds = Math.floor(ms / 1000);
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${String(Math.round(ms) % 1000).padStart(3, "0")}`;
}

const time = (row, name) => read(field(row, name).value);
function setTime(row, name, ms) {
  field(row, name).value = ms === null ? "" : written(Math.max(0, Math.round(ms)));
  changed();
}

// A new row is a copy of one that is there, with a key of its own.
function copied(row) {
  const added = row.cloneNode(true);
  const key = `new-${made += 1}`;
  field(added, "row").value = key;
  for (const flag of added.querySelectorAll("input[type=checkbox]")) {
    flag.value = key;
    flag.checked = false;
  }
  row.after(added);
  return added;
}

function renamed() {
  rows().forEach((row, at) => {
    const number = field(row, "from").value.split(",")[0];
    const name = number ? form.dataset.line.replace("#", number) : form.dataset.new;
    row.querySelector("[data-number]").textContent = number || "+";
    for (const input of row.querySelectorAll("[aria-label]")) input.setAttribute("aria-label", `${input.getAttribute("aria-label").split(", ")[0]}, ${name}`);
    for (const hidden of row.querySelectorAll(".row-flag .visually-hidden")) hidden.textContent = `, ${name}`;
    const join = field(row, "join")?.closest("label");
    if (join) join.hidden = at === 0;
  });
}

function split(row) {
  const text = words(row);
  const at = text.selectionStart;
  const before = text.value.slice(0, at).trimEnd();
  const after = text.value.slice(at).trimStart();
  if (!before || !after) return;
  const start = time(row, "start");
  const end = time(row, "end");
  const share = start !== null && end !== null ? start + ((end - start) * before.length) / (before.length + after.length) : null;
  const now = player && player.currentTime > 0 ? player.currentTime * 1000 : null;
  // The player gives the moment when it stands within the line.
  const cut = now !== null && start !== null && end !== null && now > start && now < end ? now : share;
  const added = copied(row);
  text.value = before;
  words(added).value = after;
  setTime(added, "start", cut);
  field(added, "end").value = field(row, "end").value;
  field(added, "unclear").checked = field(row, "unclear").checked;
  if (field(added, "machine")) field(added, "machine").checked = field(row, "machine").checked;
  setTime(row, "end", cut);
  renamed();
  go(added, 0);
}

function join(row) {
  const before = rows()[rows().indexOf(row) - 1];
  if (!before) return;
  const text = words(before);
  const cursor = text.value.trim().length;
  const came = new Set([...field(before, "from").value.split(","), ...field(row, "from").value.split(",")].filter(Boolean));
  text.value = [text.value.trim(), words(row).value.trim()].filter(Boolean).join(" ");
  field(before, "from").value = [...came].sort((a, b) => a - b).join(",");
  if (!field(before, "start").value) field(before, "start").value = field(row, "start").value;
  if (field(row, "end").value) field(before, "end").value = field(row, "end").value;
  field(before, "unclear").checked ||= field(row, "unclear").checked;
  row.remove();
  renamed();
  changed();
  go(before, cursor);
}

function insert(row) {
  const added = copied(row);
  field(added, "from").value = "";
  words(added).value = "";
  setTime(added, "start", time(row, "end"));
  field(added, "end").value = "";
  renamed();
  go(added, 0);
}

function go(row, cursor) {
  words(row).focus();
  if (cursor !== undefined) words(row).setSelectionRange(cursor, cursor);
}

function step(row, by) {
  const next = rows()[rows().indexOf(row) + by];
  if (next) go(next);
}

let stopAt = null;
function play(row) {
  const start = time(row, "start");
  if (!player || start === null) return;
  stopAt = time(row, "end");
  player.currentTime = start / 1000;
  player.play().catch(() => {});
}
player?.addEventListener("timeupdate", () => {
  if (stopAt !== null && player.currentTime * 1000 >= stopAt) {
    stopAt = null;
    player.pause();
  }
});

function nudge(row, by) {
  const start = time(row, "start");
  if (start === null) return;
  setTime(row, "start", start + by);
  play(row);
}

function toggle() {
  stopAt = null;
  if (player?.paused) player.play().catch(() => {});
  else player?.pause();
}

const KEYS = {
  "ctrl Enter": (row) => split(row),
  "ctrl ArrowUp": (row) => step(row, -1),
  "ctrl ArrowDown": (row) => step(row, 1),
  "alt Enter": (row) => insert(row),
  "alt KeyS": (row) => player && setTime(row, "start", player.currentTime * 1000),
  "alt KeyE": (row) => player && setTime(row, "end", player.currentTime * 1000),
  "alt KeyP": (row) => play(row),
  "alt KeyU": (row) => { field(row, "unclear").checked = !field(row, "unclear").checked; changed(); },
  "alt Space": () => toggle(),
  "alt ArrowLeft": (row) => nudge(row, -100),
  "alt ArrowRight": (row) => nudge(row, 100),
};

form.addEventListener("keydown", (event) => {
  const control = event.ctrlKey || event.metaKey;
  if (control && event.code === "KeyS" && !event.altKey) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-save]"));
    return;
  }
  const row = event.target.closest("[data-row]");
  if (!row || (control && event.altKey)) return;
  if (control && event.key === "Backspace") {
    if (event.target !== words(row) || event.target.selectionStart || event.target.selectionEnd) return;
    event.preventDefault();
    join(row);
    return;
  }
  const code = event.code === "NumpadEnter" ? "Enter" : event.code;
  const act = KEYS[`${control ? "ctrl" : event.altKey ? "alt" : ""} ${code}`];
  if (!act) return;
  event.preventDefault();
  act(row);
});

// What was typed survives a closed tab, and leaving it unsaved is warned of.
function state() {
  return rows().map((row) => ["row", "from", "text", "speaker", "start", "end"].map((name) => field(row, name).value)
    .concat(["unclear", "join", "remove", "machine"].map((name) => Boolean(field(row, name)?.checked))));
}
const asRead = JSON.stringify(state());
const differs = () => JSON.stringify(state()) !== asRead;

function changed() {
  try {
    if (differs()) sessionStorage.setItem(store, JSON.stringify({ read: form.elements.read.value, rows: state() }));
    else sessionStorage.removeItem(store);
  } catch {
    // Nothing can be kept here: the warning on leaving remains.
  }
}

function takeBack(held) {
  const wanted = held.rows;
  while (rows().length < wanted.length) copied(rows().at(-1));
  for (const row of rows().slice(wanted.length)) row.remove();
  rows().forEach((row, at) => {
    ["row", "from", "text", "speaker", "start", "end"].forEach((name, n) => { field(row, name).value = wanted[at][n]; });
    ["unclear", "join", "remove", "machine"].forEach((name, n) => {
      const flag = field(row, name);
      if (!flag) return;
      flag.value = wanted[at][0];
      flag.checked = wanted[at][6 + n];
    });
  });
  form.elements.read.value = held.read; // whoever saved meanwhile is met by lineage
  made = Math.max(made, ...wanted.map(([key]) => Number(/^new-(\d+)$/.exec(key)?.[1] ?? 0)));
  renamed();
}

form.addEventListener("input", changed);
form.addEventListener("submit", () => { saving = true; });
addEventListener("beforeunload", (event) => {
  if (!saving && differs()) event.preventDefault();
});

function offer() {
  let held = null;
  try {
    held = JSON.parse(sessionStorage.getItem(store));
  } catch {
    return;
  }
  if (!held || JSON.stringify(held.rows) === asRead) return;
  if (document.querySelector("[role=alert]")) return; // the page itself gave everything back
  kept.hidden = false;
  kept.addEventListener("click", (event) => {
    const wish = event.target.closest("button")?.dataset.do;
    if (!wish) return;
    if (wish === "take-back") takeBack(held);
    else sessionStorage.removeItem(store);
    kept.hidden = true;
    go(rows()[0]);
  });
}
// Saved: what was kept is on the server now.
if (document.querySelector(".flash")) sessionStorage.removeItem(store);
offer();
