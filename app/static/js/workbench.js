// Keys of the workbench: whatever carries data-key is done by that key, or by two one after the other ("g w").
// Everything here can also be reached without script.

const typing = (element) =>
  element instanceof HTMLElement &&
  (element.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && !/^(radio|checkbox|button|submit)$/.test(element.type)));

const visible = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
const keyed = () => [...document.querySelectorAll("[data-key]")].filter(visible);
let begun = ""; // the first of two keys

// On a phone the ways stand in one row that is pushed sideways: the one of this page is in view.
const ways = document.querySelector(".workbench-nav");
const here = ways?.querySelector("[aria-current]");
if (here) ways.scrollLeft += here.getBoundingClientRect().left - ways.getBoundingClientRect().left - ways.clientWidth / 3;

function act(element) {
  if (element.matches("summary")) {
    const panel = element.closest("details");
    panel.open = true;
    panel.scrollIntoView({ block: "nearest" });
    (panel.querySelector("[data-focus]") ?? element).focus();
  } else if (element.matches("input:not([type=radio], [type=checkbox]), textarea, select")) {
    element.focus();
    element.select?.();
  } else {
    element.focus();
    element.click();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.key.length > 1) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  const said = begun ? `${begun} ${event.key}` : event.key;
  const elements = keyed();
  // A panel's own keys count before those of the page while the focus is within it.
  const near = event.target.closest?.("[data-keys]");
  const found =
    elements.find((element) => near?.contains(element) && element.dataset.key === said) ??
    elements.find((element) => element.dataset.key === said && !(element.closest("[data-keys]") && element.closest("[data-keys]") !== near));
  begun = "";
  if (found) {
    event.preventDefault();
    act(found);
  } else if (elements.some((element) => element.dataset.key.startsWith(`${event.key} `))) {
    begun = event.key;
    setTimeout(() => { begun = ""; }, 1500);
  }
});

// The list of keys says what can be done on this very page.
const list = document.querySelector("#keys .keys");
function listKeys() {
  for (const old of list.querySelectorAll("[data-listed]")) old.remove();
  const told = new Set();
  const within = (element) => element.closest("[data-keys]");
  // Keys of the page first; those that count within a panel only say which panel.
  for (const element of keyed().sort((one, other) => Boolean(within(one)) - Boolean(within(other)))) {
    const key = element.dataset.key;
    let says = element.dataset.keyLabel || element.getAttribute("aria-label") || (element.labels?.[0] ?? element).textContent.trim();
    const panel = within(element)?.closest("[data-panel]")?.querySelector("summary h2");
    if (panel && says) says += ` (${panel.textContent.trim()})`;
    if (told.has(`${key} ${says}`) || !says || (!panel && told.has(key))) continue;
    told.add(`${key} ${says}`);
    if (!panel) told.add(key);
    const row = document.createElement("div");
    row.dataset.listed = "";
    const keys = document.createElement("dt");
    for (const part of key.split(" ")) {
      const cap = document.createElement("kbd");
      cap.textContent = part;
      keys.append(cap, " ");
    }
    const words = document.createElement("dd");
    words.textContent = says.replace(/\s+/g, " ");
    row.append(keys, words);
    list.append(row);
  }
}
if (list) new MutationObserver(listKeys).observe(document.getElementById("keys"), { attributeFilter: ["open"] });
