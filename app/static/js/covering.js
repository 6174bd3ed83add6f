// Parts of a picture drawn with a pointer or with keys: the numbers in the form are what counts.
// Everything here can also be done without script, by typing the numbers.

const WHOLE = 10000;
const SIDES = ["x", "y", "width", "height"];
const canvas = document.querySelector("[data-canvas]");

if (canvas) {
  const picture = canvas.querySelector(".canvas");
  const drawing = canvas.querySelector("[data-drawing]");
  const hand = canvas.querySelector("[data-hand]");
  let form = canvas.querySelector("[data-new-region]");

  const field = (side) => form.querySelector(`[data-side=${side}]`);
  const within = (number, most) => Math.max(0, Math.min(most, Math.round(number)));
  const box = () => Object.fromEntries(SIDES.map((side) => [side, Math.round((Number(field(side).value) || 0) * 100)]));
  const show = () => {
    const now = box();
    for (const side of SIDES) drawing.setAttribute(side, now[side]);
  };
  const set = (now) => {
    for (const side of SIDES) field(side).value = (now[side] / 100).toFixed(2);
    show();
  };

  // The form that was touched last is the one that is drawn for.
  for (const one of canvas.querySelectorAll("[data-new-region], [data-old-region]")) {
    one.addEventListener("focusin", () => {
      form = one;
      show();
    });
    one.addEventListener("input", show);
  }

  const place = (event) => {
    const edge = picture.getBoundingClientRect();
    return [
      within(((event.clientX - edge.left) / edge.width) * WHOLE, WHOLE),
      within(((event.clientY - edge.top) / edge.height) * WHOLE, WHOLE),
    ];
  };
  let from = null;
  hand.addEventListener("pointerdown", (event) => {
    from = place(event);
    hand.setPointerCapture(event.pointerId);
    hand.focus();
    event.preventDefault();
  });
  hand.addEventListener("pointermove", (event) => {
    if (!from) return;
    const [x, y] = place(event);
    set({ x: Math.min(x, from[0]), y: Math.min(y, from[1]), width: Math.abs(x - from[0]), height: Math.abs(y - from[1]) });
  });
  hand.addEventListener("pointerup", () => { from = null; });
  hand.addEventListener("pointercancel", () => { from = null; });

  const STEPS = { ArrowLeft: [-100, 0], ArrowRight: [100, 0], ArrowUp: [0, -100], ArrowDown: [0, 100] };
  hand.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    let now = box();
    if (!now.width || !now.height) now = { x: 4000, y: 4000, width: 2000, height: 2000 };
    else if (event.shiftKey) {
      now.width = Math.max(100, within(now.width + step[0], WHOLE - now.x));
      now.height = Math.max(100, within(now.height + step[1], WHOLE - now.y));
    } else {
      now.x = within(now.x + step[0], WHOLE - now.width);
      now.y = within(now.y + step[1], WHOLE - now.height);
    }
    set(now);
  });

  hand.hidden = false;
  canvas.querySelector("[data-help]").hidden = false;
  show();
}
