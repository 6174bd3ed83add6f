// Tags on the desk: sent without leaving the page. The server's answer is the page as it stands then; of it
// the tags, the marks of the lines and what was said are put in place here.

import { choosers } from "./choose.js";

const panel = document.getElementById("tags");

function fresh(answer) {
  const body = answer.querySelector("#tags .bench-panel-body");
  if (!body) return false;
  panel.querySelector(".bench-panel-body").replaceWith(body);
  choosers(body);
  for (const line of document.querySelectorAll(".bench-line[id]")) {
    const text = line.querySelector(".bench-text");
    const now = answer.getElementById(line.id)?.querySelector(".bench-text");
    if (text && now && text.innerHTML !== now.innerHTML) text.replaceWith(now);
  }
  return true;
}

function say(answer) {
  const said = answer.querySelector("main .refusal p, .refusal p, .flash")?.textContent.trim() ?? "";
  const place = panel.querySelector("[data-tags-said]");
  if (place) place.textContent = said;
}

async function send(form, button) {
  const sent = new FormData(form, button);
  try {
    const answer = await fetch(form.action, { method: "POST", body: sent, headers: { Accept: "text/html" } });
    if (!(answer.headers.get("Content-Type") ?? "").startsWith("text/html")) throw new Error("no page");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!fresh(page)) throw new Error("no tags");
    say(page);
    panel.querySelector("[data-focus]")?.focus();
  } catch {
    form.dataset.plain = ""; // as without script
    form.requestSubmit(button);
  }
}

panel?.addEventListener("submit", (event) => {
  const form = event.target;
  if ("plain" in form.dataset) return;
  event.preventDefault();
  send(form, event.submitter);
});

// What is chosen in the transcript is what a tag is for, until it is said otherwise.
panel?.addEventListener("change", (event) => {
  if (!event.target.matches("input[data-first]")) return;
  const wanted = event.target.value === "" ? "whole" : "lines";
  const choice = panel.querySelector(`input[name=over][value=${wanted}]`);
  if (choice) choice.checked = true;
});
