// The tour of a first result: offered until somebody ends it, then never again in this browser.
const KEY = "sialoscope-tour-ended";
const tour = document.getElementById("tour");
const steps = [...tour.querySelectorAll(".step")];
const [invitation, back, next] = ["invitation", "back", "next"].map((name) => document.getElementById(`tour-${name}`));
let shown = -1;

// Storage may be turned off; then the tour is offered again, which does no harm.
function hasEnded() {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}

function end() {
  try {
    localStorage.setItem(KEY, new Date().toISOString());
  } catch {
    // It is offered again.
  }
  unmark();
  const held = tour.contains(document.activeElement);
  tour.hidden = true;
  if (!held) return;
  const title = document.querySelector("h1");
  title.tabIndex = -1;
  title.focus();
}

const unmark = () => document.querySelector(".toured")?.classList.remove("toured");

function show(place) {
  shown = place;
  unmark();
  tour.classList.add("running");
  invitation.hidden = true;
  for (const [number, step] of steps.entries()) step.hidden = number !== place;
  back.hidden = place === 0;
  next.textContent = place < steps.length - 1 ? next.dataset.next : next.dataset.last;
  const subject = document.querySelector(steps[place].dataset.at);
  subject?.classList.add("toured");
  subject?.scrollIntoView({ block: "start" });
  steps[place].focus({ preventScroll: true });
}

tour.hidden = hasEnded();
next.addEventListener("click", () => (shown + 1 < steps.length ? show(shown + 1) : end()));
back.addEventListener("click", () => show(shown - 1));
document.getElementById("tour-end").addEventListener("click", end);
tour.addEventListener("keydown", ({ key }) => key === "Escape" && end());
