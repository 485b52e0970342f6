// What is typed into a form is kept for this tab until the form is sent: a reload or Back loses nothing.
const form = document.querySelector("form[data-draft]");
const key = `draft:${location.pathname}${location.search}`;
const typed = () => [...form.querySelectorAll("input:not([type=hidden]), select, textarea")];
// A form that came back with an error has the texts that were sent, which are newer.
const isAnswer = Boolean(document.querySelector(".notice.error"));

function restore() {
  const kept = JSON.parse(sessionStorage.getItem(key) ?? "{}");
  for (const field of typed()) if (kept[field.id] !== undefined) field.value = kept[field.id];
}

if (!isAnswer) restore();
form.addEventListener("input", () => {
  sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(typed().map((field) => [field.id, field.value]))));
});
form.addEventListener("submit", () => sessionStorage.removeItem(key));
