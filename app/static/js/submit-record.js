// Sound or film recorded in the page. Nothing begins by itself, nothing is sent before it was kept.

import { give } from "./submit-files.js";

const part = document.getElementById("record");
const begin = document.getElementById("record-begin");
const going = document.getElementById("record-under-way");
const done = document.getElementById("record-done");
const player = document.getElementById("record-player");
const length = document.getElementById("record-length");
const message = document.getElementById("record-message");
const ENDINGS = { "audio/webm": "webm", "video/webm": "webm", "audio/mp4": "m4a", "video/mp4": "mp4", "audio/ogg": "ogg" };

const QUALITY = { audioBitsPerSecond: 64000, videoBitsPerSecond: 1200000 }; // ten minutes of film: some 90 MB

let recorder = null;
let recorded = null;
let count = 0;

const minutes = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

function show(shown) {
  for (const section of [begin, going, done]) section.hidden = section !== shown;
  shown.querySelector("button").focus();
}

async function record(kind) {
  message.textContent = "";
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: kind === "video" && { facingMode: "user", height: { ideal: 480 } } });
  } catch {
    message.textContent = part.dataset.refused;
    return;
  }
  const pieces = [];
  recorder = new MediaRecorder(stream, QUALITY);
  recorder.addEventListener("dataavailable", (event) => event.data.size && pieces.push(event.data));
  recorder.addEventListener("stop", () => {
    clearInterval(ticking);
    for (const track of stream.getTracks()) track.stop();
    listen(kind, new Blob(pieces, { type: recorder.mimeType }));
  });
  for (const track of stream.getTracks()) track.addEventListener("ended", stop);
  const since = Date.now();
  const tick = () => (length.textContent = part.dataset.length.replace("{time}", minutes(Date.now() - since)));
  const ticking = setInterval(tick, 500);
  tick();
  recorder.start(1000);
  show(going);
}

function stop() {
  if (recorder?.state === "recording") recorder.stop();
}

function listen(kind, blob) {
  if (!blob.size) {
    message.textContent = part.dataset.nothing;
    show(begin);
    return;
  }
  count += 1;
  const plain = blob.type.split(";")[0];
  recorded = new File([blob], `${part.dataset.sound}-${count}.${ENDINGS[plain] ?? "webm"}`, { type: plain });
  const shown = document.createElement(kind);
  shown.controls = true;
  shown.src = URL.createObjectURL(blob);
  shown.setAttribute("aria-labelledby", "record-listen");
  player.replaceChildren(shown);
  show(done);
}

function clear() {
  URL.revokeObjectURL(player.firstElementChild?.src);
  player.replaceChildren();
  recorded = null;
  show(begin);
}

if (window.MediaRecorder && navigator.mediaDevices?.getUserMedia) {
  part.hidden = false;
  for (const button of begin.querySelectorAll("button")) button.addEventListener("click", () => record(button.dataset.record));
  document.getElementById("record-stop").addEventListener("click", stop);
  document.getElementById("record-keep").addEventListener("click", () => {
    give(recorded);
    clear();
  });
  document.getElementById("record-discard").addEventListener("click", clear);
}
