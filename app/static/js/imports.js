// While a file is being taken in, its progress is shown without loading the page again.

const PAUSE = 1000; // milliseconds between two looks

async function look() {
  const list = document.querySelector("[data-imports][data-at-work]");
  if (!list) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.querySelector("[data-imports]");
    if (now) list.replaceWith(now);
  } catch {
    // Not reached: another look later.
  }
  setTimeout(look, PAUSE);
}

setTimeout(look, PAUSE);
