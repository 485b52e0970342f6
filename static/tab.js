// What the tab says of a job or of all: some words before the title, and an icon of the state.
const icon = document.querySelector("link[rel=icon]");
const { rest } = document.querySelector("title").dataset;

// Without a state the tab is that of any page.
export function tellTab(state, percentage) {
  const isRunning = state === "running";
  const name = isRunning ? `running-${Math.min(Math.floor(percentage / 25), 3)}` : state;
  icon.href = state ? `/static/state/${name}.svg` : "/static/icon.svg";
  document.title = state ? `${isRunning ? `${percentage} %` : state} – ${rest}` : rest;
}
