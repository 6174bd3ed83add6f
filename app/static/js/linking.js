// Linking by keys: once a claim is chosen its stance comes next; the space bar goes on to the next link.
// Everything here can also be done without script.

for (const form of document.querySelectorAll("[data-linking]")) {
  const chosen = form.querySelector("[name=claim_id]");
  chosen?.addEventListener("change", () => {
    if (chosen.value) form.querySelector("[name=stance]").focus();
  });
}

const next = document.querySelector("[data-space]");
document.addEventListener("keydown", (event) => {
  const busy = event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, summary, button, a");
  if (!next || event.key !== " " || event.defaultPrevented || busy || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  next.click();
});

// What needs a word of reason asks for it before it is sent.
for (const button of document.querySelectorAll("[data-needs]")) {
  const field = document.getElementById(button.dataset.needs);
  button.addEventListener("click", (event) => {
    if (field.value.trim()) return;
    event.preventDefault();
    field.focus();
  });
}
