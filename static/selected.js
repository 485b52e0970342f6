// The chosen jobs: how many there are, all at once, and what came of what was done to them.
const form = document.getElementById("selected");
const outcome = document.getElementById("outcome");
const all = document.getElementById("all");
const notDone = document.getElementById("not-done");

const boxes = () => [...form.querySelectorAll("[name=job]")];

function count() {
  if (!all) return;
  const areAll = document.getElementById("matching")?.checked; // also those of other pages
  const chosen = boxes().filter((box) => box.checked).length;
  all.checked = chosen > 0 && chosen === boxes().length;
  all.indeterminate = chosen > 0 && !all.checked;
  const words = document.getElementById("chosen");
  const text = areAll ? words.dataset.all : chosen ? words.dataset.some.replace("{}", chosen) : words.dataset.none;
  if (words.textContent !== text) words.textContent = text;
  for (const button of form.querySelectorAll(".selection button")) {
    const { number } = button.dataset; // of jobs that it is for; others are for any
    button.disabled = number ? areAll || chosen !== Number(number) : !areAll && chosen === 0;
  }
}

all?.addEventListener("change", () => {
  for (const box of boxes()) box.checked = all.checked;
  count();
});
form.addEventListener("change", count);
form.addEventListener("jobs:updated", count);
// Only what was filled in stands in the address.
document.getElementById("filter")?.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
});
// An error or the login is no answer to show among the jobs.
document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  detail.shouldSwap = detail.xhr.status === 200 && /^\/jobs\/(selected|actions)\//.test(new URL(detail.xhr.responseURL).pathname);
  notDone.hidden = detail.shouldSwap;
});
document.body.addEventListener("htmx:sendError", () => (notDone.hidden = false));
document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target === outcome) outcome.focus(); // not when an action only shows its progress
  form.dispatchEvent(new Event("jobs:changed", { bubbles: true }));
});
count();
