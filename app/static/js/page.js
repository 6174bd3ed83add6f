// Keys that work on every page: / to the search field, j and k from passage to passage, ? for the list.
// Everything here can also be reached without script.

const typing = (element) =>
  element instanceof HTMLElement && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));

const busy = (event) => event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target);

function focusSearch() {
  const field = document.querySelector('[data-slash="first"]') ?? document.querySelector("main [data-slash], [data-slash]");
  field?.focus();
  field?.select();
}

function step(forward) {
  const stops = [...document.querySelectorAll("[data-step], .line .time")];
  if (!stops.length) return;
  const at = stops.indexOf(document.activeElement);
  // From nowhere, begin with the line that is shown as found, or the first.
  const found = stops.findIndex((stop) => stop.closest(".focused, :target"));
  const next = at < 0 ? Math.max(found, 0) : Math.min(Math.max(at + (forward ? 1 : -1), 0), stops.length - 1);
  stops[next].focus();
  stops[next].scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]") || busy(event)) return;
  const act = {
    "/": focusSearch,
    "?": () => document.getElementById("keys")?.showModal(),
    j: () => step(true),
    k: () => step(false),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// A menu closes when the reader turns elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
