// A change of many is watched: how far it has come is asked for each second, and shown without a new page.

const section = document.querySelector("[data-progress]");
const bar = section.querySelector("progress");
const done = section.querySelector("[data-done]");
const said = section.querySelector("[data-said]");

async function look() {
  try {
    const answer = await fetch(section.dataset.progress, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const held = await answer.json();
    bar.value = held.done;
    done.textContent = held.done;
    if (said.textContent !== held.said) said.textContent = held.said;
    if (held.over) {
      location.reload(); // what could not be done, and the way back, stand on the page
      return;
    }
  } catch {
    // no line at the moment: it is asked again
  }
  setTimeout(look, 1000);
}

if (!("over" in section.dataset)) setTimeout(look, 500);
