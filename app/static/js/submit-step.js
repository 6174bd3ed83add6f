// A question's answers are sent in the background, so that a line that is down loses nothing: the page
// stays as it is, says so, and tries again. A long text is also saved while it is being written.

const form = document.getElementById("answer");
const state = document.getElementById("line-state");
const text = form.querySelector("[data-autosave]");
const PAUSE = 3000; // after the last key
const AGAIN = [3000, 5000, 10000, 20000];
const PATIENCE = 30000;
const GONE = new Set([400, 404]); // this browser holds no account any more

let unsaved = false;
let failures = 0;
let timer = 0;
let saving = null;
let waiting = null; // the button that was pressed while the line was down
let passing = false; // let the browser send the form itself

function say(words, down = false) {
  if (state.textContent !== words) state.textContent = words;
  state.classList.toggle("down", down);
}

async function send(button, keepalive = false) {
  const body = new FormData(form);
  if (button) body.append(button.name, button.value);
  const answer = await fetch(form.action, {
    method: "POST",
    body,
    headers: { Accept: "application/json" },
    keepalive,
    signal: keepalive ? undefined : AbortSignal.timeout?.(PATIENCE), // older telephones wait as they will
  });
  if (answer.status >= 500 && answer.status !== 507) throw new Error("try again");
  return answer;
}

function later() {
  failures += 1;
  say(state.dataset.down, true);
  clearTimeout(timer);
  timer = setTimeout(waiting ? goOn : save, AGAIN[Math.min(failures, AGAIN.length) - 1]);
}

async function save() {
  if (waiting || saving || !unsaved) return;
  clearTimeout(timer);
  unsaved = false;
  say(state.dataset.saving);
  try {
    saving = send();
    const answer = await saving;
    failures = 0;
    if (answer.ok) say(text.dataset.saved);
    else if (GONE.has(answer.status)) say(state.dataset.gone, true);
    else say((await answer.json().catch(() => ({}))).error ?? state.dataset.down, true);
  } catch {
    unsaved = true;
    later();
  } finally {
    saving = null;
  }
}

async function goOn() {
  clearTimeout(timer);
  try {
    await saving?.catch(() => {});
    const answer = await send(waiting);
    if (answer.ok) {
      const { next } = await answer.json();
      unsaved = false;
      location.assign(next);
      return;
    }
    if (GONE.has(answer.status)) {
      waiting = null;
      say(state.dataset.gone, true); // the words stay on the page, where they can be copied
      return;
    }
    passing = true; // the page that comes back says what is not right, with everything typed
    if (form.requestSubmit) form.requestSubmit(waiting);
    else form.submit();
  } catch {
    later();
  }
}

form.addEventListener("submit", (event) => {
  if (passing) return;
  event.preventDefault();
  waiting = event.submitter ?? form.querySelector("button[name=go]");
  failures = 0;
  goOn();
});

if (text) {
  text.addEventListener("input", () => {
    unsaved = true;
    if (failures) return; // it is tried again anyway
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && unsaved && text.value.length < 15000) send(undefined, true).catch(() => {});
  });
}

addEventListener("online", () => {
  if (!failures) return;
  if (waiting) goOn();
  else save();
});
