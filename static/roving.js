// A toolbar is one stop of the Tab key: the arrow keys, Home and End go from one of its controls to the next,
// as https://www.w3.org/WAI/ARIA/apg/patterns/toolbar asks.
const GROUPS = "[data-roving]";
const CONTROLS = "a[href], button";
const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

const controlsOf = (group) => [...group.querySelectorAll(CONTROLS)].filter((each) => each.checkVisibility());

// One of some controls is the stop.
export function stopAt(control, controls) {
  for (const each of controls) each.tabIndex = each === control ? 0 : -1;
}

// The place that a key leads to, among so many.
export function placeAfter(key, place, length) {
  const step = STEPS[key];
  if (step) return (place + step + length) % length;
  return { Home: 0, End: length - 1 }[key];
}

function start() {
  for (const group of document.querySelectorAll(GROUPS)) {
    const controls = controlsOf(group);
    const current = controls.find((each) => each === document.activeElement) ?? controls.find((each) => each.ariaCurrent) ?? controls[0];
    stopAt(current, controls);
  }
}

document.addEventListener("keydown", (event) => {
  const group = event.target.closest(GROUPS);
  if (!group || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const controls = controlsOf(group);
  const goal = controls[placeAfter(event.key, controls.indexOf(event.target), controls.length)];
  if (!goal) return;
  event.preventDefault();
  goal.focus();
});
document.addEventListener("focusin", ({ target }) => {
  const group = target.closest(GROUPS);
  if (group) stopAt(target, controlsOf(group));
});
document.body.addEventListener("htmx:afterSettle", start);
start();
