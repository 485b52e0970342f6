// The drop zone: takes a dropped file, and refuses one that is too large before it travels.
const form = document.getElementById("submit");
const file = document.getElementById("file");
const drop = document.getElementById("drop");
const error = document.getElementById("file-error");

function check() {
  const chosen = file.files[0];
  const limit = Number(form.dataset.limitMb);
  const tooLarge = chosen && chosen.size > limit * 1e6;
  error.hidden = !tooLarge;
  error.textContent = tooLarge
    ? `${chosen.name} has ${(chosen.size / 1e6).toFixed(0)} MB; the limit is ${limit} MB. Split it by sample.`
    : "";
  return !tooLarge;
}

for (const type of ["dragenter", "dragover"]) {
  drop.addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
for (const type of ["dragleave", "drop"]) {
  drop.addEventListener(type, () => drop.classList.remove("over"));
}
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files.length) {
    file.files = event.dataTransfer.files;
    check();
  }
});
file.addEventListener("change", check);
form.addEventListener("submit", (event) => {
  if (!check()) event.preventDefault();
});
