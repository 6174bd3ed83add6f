// A field that says, while one types, what may be meant. Without this script it is a plain text field whose
// words the server reads. After the pattern of ARIA 1.2: a combobox with a listbox, the focus stays in the field.
//
//   <input name="term" data-choose-from="/suggestions" data-choose-into="term_id">
//   <input type="hidden" name="term_id">
//
// data-choose-submits sends the form once something is chosen. In a field that is data-choose-freely anything may be
// typed: Enter takes what was moved to, and sends what was typed where nothing was.

const WAIT = 30; // milliseconds after a key before the server is asked, while it still answers an earlier one
const ENOUGH = 3; // letters after which Enter takes the first suggestion
const KEPT = 60; // answers remembered
const words = document.getElementById("choose-words")?.dataset ?? {};
let count = 0;

class Chooser {
  constructor(field) {
    this.field = field;
    this.into = field.form?.elements.namedItem(field.dataset.chooseInto) ?? null;
    this.options = [];
    this.active = -1;
    this.known = new Map();
    this.asking = null;
    this.shownFor = null; // the words whose suggestions are shown
    this.chosen = this.into?.value ? field.value : null;
    this.eager = false; // Enter was pressed before the answer came
    this.build();
    field.addEventListener("input", () => this.typed());
    field.addEventListener("keydown", (event) => this.pressed(event));
    field.addEventListener("focus", () => field.value && this.chosen !== field.value && this.typed());
    field.addEventListener("blur", () => this.close());
  }

  build() {
    const id = `choose-${(count += 1)}`;
    const host = this.field.closest("label") ?? this.field;
    const focused = document.activeElement === this.field;
    this.around = document.createElement("div");
    this.around.className = "choose";
    host.before(this.around);
    this.list = document.createElement("ul");
    this.list.id = id;
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", words.suggestions ?? "");
    this.said = document.createElement("div");
    this.said.className = "visually-hidden";
    this.said.setAttribute("role", "status");
    this.around.append(host, this.list, this.said);
    if (focused) this.field.focus();
    const set = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id, "aria-haspopup": "listbox", autocomplete: "off", autocapitalize: "none", spellcheck: "false" };
    for (const [name, value] of Object.entries(set)) this.field.setAttribute(name, value);
    // The focus stays in the field while an option is pressed, by mouse or by finger.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.take(Number(option.dataset.at));
    });
  }

  typed() {
    this.eager = false;
    if (this.chosen !== null && this.field.value !== this.chosen) {
      this.chosen = null;
      if (this.into) this.into.value = "";
    }
    clearTimeout(this.timer);
    const busy = this.asking !== null;
    this.asking?.abort();
    this.asking = null;
    const asked = this.field.value.trim();
    if (!asked) return this.close();
    if (this.known.has(asked)) return this.show(asked, this.known.get(asked));
    this.waiting = asked;
    if (busy) this.timer = setTimeout(() => this.ask(asked), WAIT);
    else this.ask(asked);
    return undefined;
  }

  async ask(asked) {
    const asking = (this.asking = new AbortController());
    try {
      const address = new URL(this.field.dataset.chooseFrom, location.href);
      address.searchParams.set("q", asked);
      const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const found = await answer.json();
      if (this.known.size >= KEPT) this.known.delete(this.known.keys().next().value);
      this.known.set(asked, found);
      if (this.asking === asking) this.show(asked, found);
    } catch (error) {
      // Not reached: the field goes on as a plain one, and the server reads its words.
      if (error.name !== "AbortError" && this.asking === asking) {
        this.close();
        this.settle(asked, []);
      }
    }
  }

  show(asked, found) {
    this.asking = this.waiting = null;
    if (document.activeElement !== this.field) return;
    this.options = found;
    this.shownFor = asked;
    this.list.replaceChildren(...found.map((one, at) => this.option(one, at)));
    this.list.hidden = !found.length;
    this.field.setAttribute("aria-expanded", String(found.length > 0));
    this.mark(-1);
    this.said.textContent = found.length ? `${words.suggestions ?? ""}: ${found.length}` : words.none ?? "";
    this.field.dispatchEvent(new CustomEvent("suggested", { bubbles: true, detail: { count: found.length } }));
    this.settle(asked, found);
  }

  /** Enter was pressed before the answer came: do now what it meant. */
  settle(asked, found) {
    this.waiting = null;
    if (!this.eager || asked !== this.field.value.trim()) return;
    this.eager = false;
    if (found.length) this.take(0);
    else this.field.form?.requestSubmit();
  }

  option(one, at) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${at}`;
    option.dataset.at = at;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const label = document.createElement("span");
    label.className = "choose-label";
    label.dir = "auto";
    label.textContent = one.label;
    option.append(label);
    if (one.hint) {
      const hint = document.createElement("span");
      hint.className = "choose-hint";
      hint.dir = "auto";
      hint.textContent = one.hint;
      option.append(" ", hint);
    }
    return option;
  }

  mark(at) {
    this.list.children[this.active]?.setAttribute("aria-selected", "false");
    this.active = at;
    const option = this.list.children[at];
    if (!option) return this.field.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    return this.field.setAttribute("aria-activedescendant", option.id);
  }

  pressed(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return this.typed();
      const from = this.active < 0 && event.key === "ArrowUp" ? 0 : this.active;
      this.mark((from + (event.key === "ArrowDown" ? 1 : -1) + this.options.length) % this.options.length);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Enter") this.entered(event, open);
    return undefined;
  }

  entered(event, open) {
    const typed = this.field.value.trim();
    if ("chooseFreely" in this.field.dataset && !(open && this.active >= 0)) return this.close();
    if (this.chosen !== null || typed.length < (open && this.active >= 0 ? 0 : ENOUGH)) return;
    if (this.waiting === typed || this.asking) {
      event.preventDefault();
      this.eager = true;
    } else if (open && this.shownFor === typed) {
      event.preventDefault();
      this.take(Math.max(this.active, 0));
    }
    return undefined;
  }

  take(at) {
    const one = this.options[at];
    if (!one) return;
    this.field.value = this.chosen = one.label;
    if (this.into) {
      this.into.value = one.value;
      this.into.dispatchEvent(new Event("change", { bubbles: true }));
    }
    this.close();
    this.said.textContent = one.label;
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
    if ("chooseSubmits" in this.field.dataset) this.field.form?.requestSubmit();
  }

  close() {
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.mark(-1);
    if (!this.eager) {
      clearTimeout(this.timer);
      this.asking?.abort();
      this.asking = this.waiting = null;
    }
  }
}

/** Make choosers of the fields within an element: those that came later as well. */
export function choosers(within = document) {
  for (const field of within.querySelectorAll("input[data-choose-from]:not([role=combobox])")) new Chooser(field);
}

choosers();
