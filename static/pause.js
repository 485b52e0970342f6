// Holds the live updates of a page back while somebody reviews what is shown. Events are still heard,
// and the page shows the present state of everything once it goes on, so nothing is missed.
const button = document.getElementById("pause");
const held = document.getElementById("held");
let hasNews = false;

export const isPaused = () => button?.getAttribute("aria-pressed") === "true";

// Whether an update has to wait; it is remembered then.
export function holds() {
  if (!isPaused()) return false;
  hasNews = true;
  held.textContent = held.dataset.held;
  return true;
}

// Calls `show` when the page goes on and something was held back.
export function whenResumed(show) {
  button?.addEventListener("click", () => {
    const pauses = !isPaused();
    button.setAttribute("aria-pressed", pauses);
    held.textContent = pauses ? held.dataset.paused : "";
    if (!pauses && hasNews) show();
    hasNews = false;
  });
}
