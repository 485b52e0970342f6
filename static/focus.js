// Focus is never lost: where an answer has no such control any more, the heading of its part has it.
let part;

document.body.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  const focused = document.activeElement;
  part = target.contains(focused) ? focused.closest("[aria-labelledby]")?.getAttribute("aria-labelledby") : undefined;
});
document.body.addEventListener("htmx:afterSettle", () => {
  const heading = part && document.activeElement === document.body && document.getElementById(part);
  part = undefined;
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
});
