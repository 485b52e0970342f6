// The headers of the table of rows by keyboard: the stops of the Tab key are those of one column, its sorting,
// its explanation and its edge. The arrow keys go to the next column, and down to the rows.
import { placeAfter } from "./roving.js";

const HEADS = "#row-table > thead > tr > th";
const heads = () => [...document.querySelectorAll(HEADS)];

function stopIn(head) {
  for (const each of heads()) {
    for (const control of each.querySelectorAll("a, button, .edge")) control.tabIndex = each === head ? 0 : -1;
  }
}

// The header of a column has the focus.
export function focusHead(column) {
  const head = heads()[column];
  stopIn(head);
  head.querySelector("a").focus();
}

// The header that has the focus, or sorts, or is the first.
export function startHeads() {
  const all = heads();
  const current = all.find((head) => head.contains(document.activeElement)) ?? all.find((head) => head.ariaSort) ?? all[0];
  if (current) stopIn(current);
}

// `goDown` gets the column from which the down arrow leads to the rows.
export function walkHeads(main, goDown) {
  main.addEventListener("keydown", (event) => {
    const head = event.target.closest(HEADS);
    if (!head || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === "ArrowDown") goDown(head.cellIndex);
    else if (event.key === "ArrowUp" || event.target.matches(".edge")) return; // an edge has keys of its own
    else {
      const place = placeAfter(event.key, head.cellIndex, heads().length);
      if (place === undefined) return;
      focusHead(place);
    }
    event.preventDefault();
  });
  main.addEventListener("focusin", ({ target }) => {
    const head = target.closest(HEADS);
    if (head) stopIn(head);
  });
}
