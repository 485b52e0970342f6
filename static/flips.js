// What would change an assignment is shown below its button; what went wrong, on a page of its own.
for (const type of ["htmx:responseError", "htmx:sendError"]) {
  document.body.addEventListener(type, ({ detail: { elt } }) => {
    if (elt.matches(".flips a")) location.assign(elt.href);
  });
}
// In the pane beside the plot the answer may lie below its edge.
document.body.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.matches(".flips-found")) target.scrollIntoView({ block: "nearest" });
});
