// A list of passages goes with the reader from page to page, in this tab alone; without script its address does.
const KEY = "list";
const form = document.querySelector("form[data-list]");
const held = () => new URLSearchParams(sessionStorage.getItem(KEY) ?? "");

if (form) {
  // What stands on the page is the list from now on.
  const now = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (["t", "p", "n"].includes(name)) now.append(name, value);
  sessionStorage.setItem(KEY, now.toString());
}

for (const link of document.querySelectorAll("a[data-add-to-list]")) {
  const before = held();
  if (!before.getAll("p").includes(link.dataset.addToList)) {
    const notes = before.getAll("n");
    before.delete("n");
    before.append("p", link.dataset.addToList);
    for (const note of notes) before.append("n", note);
  }
  link.href = `${link.pathname}?${before}`;
}
