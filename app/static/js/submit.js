// Leaving, on every page of somebody who tells. Without script the link leads to the same empty page.

const way = document.getElementById("leave");

function leave() {
  document.documentElement.hidden = true; // nothing is seen while the empty page is on its way
  location.replace(way.href);
}

way.addEventListener("click", (event) => {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  leave();
});

const pressed = [];
document.querySelector(".leave-key").hidden = false;
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.repeat) return;
  pressed.push(event.timeStamp);
  if (pressed.length >= 3 && event.timeStamp - pressed[pressed.length - 3] < 2000) leave();
});

// A page that the browser had put by is asked for again: it may have been closed meanwhile.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
