// The form of a new analysis: takes dropped files, sends them once to be looked at, then starts them.
import "./focus.js";
import { say } from "./words.js";

const form = document.getElementById("submit");
const file = document.getElementById("file");
const drop = document.getElementById("drop");
const error = document.getElementById("form-error");
const reading = document.getElementById("reading");
const previews = document.getElementById("previews");
let isLooking = false;
let startWhenSeen = false;
let settingsChanged = false;
let choiceWaits;
let typedAt = -Infinity;

function complain(sentence) {
  error.hidden = !sentence;
  error.textContent = sentence;
}

function wrongWith(files) {
  const limit = Number(form.dataset.limitMb);
  const most = Number(form.dataset.mostFiles);
  const size = files.reduce((sum, one) => sum + one.size, 0);
  if (files.length > most) return say("tooManyFiles", { files: files.length, most });
  if (size <= limit * 1e6) return "";
  const values = { files: files.length, name: files[0].name, size: (size / 1e6).toFixed(0), limit };
  return say(files.length > 1 ? "filesTooLarge" : "fileTooLarge", values);
}

function look() {
  const wrong = wrongWith([...file.files]);
  complain(wrong);
  if (wrong || !file.files.length) return;
  isLooking = true;
  forgetChoice();
  previews.inert = true; // a choice there would ask for the earlier files again
  reading.textContent = say("uploading");
  htmx.trigger(file, "look");
}

function seen() {
  isLooking = previews.inert = false;
  form.action = "/jobs";
  if (file) {
    reading.textContent = say("read");
    file.required = false;
    file.value = "";
  }
  if (settingsChanged) previewAgain();
  settingsChanged = false;
  if (startWhenSeen) form.requestSubmit();
  startWhenSeen = false;
}

if (file) {
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
      look();
    }
  });
  file.addEventListener("change", look);
  // A file that was chosen before this script came, or that a browser kept over a reload.
  document.addEventListener("DOMContentLoaded", () => file.files.length && look());
  file.addEventListener("htmx:xhr:progress", ({ detail }) => {
    if (!isLooking || !detail.lengthComputable) return;
    const share = Math.round((100 * detail.loaded) / detail.total);
    reading.textContent = share < 100 ? say("uploadingShare", { share }) : say("reading");
  });
}

// Letters choose in a list, one after the other: a new preview waits for their end, or it would redraw the list,
// and the next letter would choose something else there.
const TYPED_MS = 600;
function forgetChoice() {
  clearTimeout(choiceWaits);
  choiceWaits = undefined;
}
function chooseSoon() {
  forgetChoice();
  const wait = Math.max(0, typedAt + TYPED_MS - performance.now());
  choiceWaits = setTimeout(() => {
    choiceWaits = undefined;
    htmx.trigger(previews, "chosen");
  }, wait);
}
previews.addEventListener("keydown", () => {
  typedAt = performance.now();
  if (choiceWaits) chooseSoon();
});
previews.addEventListener("change", ({ target }) => target.closest(".look") && chooseSoon());

// Of many files those that a person opened stay open; open before the swap, or htmx cannot give the focus back.
document.body.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
  if (target !== previews) return;
  for (const { id } of previews.querySelectorAll(".look > details[open]")) {
    const mark = `id="${id}"`;
    detail.serverResponse = detail.serverResponse.replace(mark, `${mark} open`);
  }
});
document.body.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target === previews) seen();
});

// The decimal mark and the unit of time of the settings, which a preset may change, hold for every table.
function previewAgain() {
  if (isLooking) settingsChanged = true; // a request now would take the place of the upload
  else if (previews.childElementCount) htmx.trigger(previews, "settings");
}
form.addEventListener("change", ({ target }) => {
  if (target.matches("#decimal, #rt_unit")) previewAgain();
});
document.body.addEventListener("htmx:load", ({ target }) => {
  if (target.id === "settings") previewAgain();
});
// A field that must be filled in is shown, or the browser refuses to start and does not say why.
form.addEventListener("invalid", ({ target }) => target.closest("details")?.setAttribute("open", ""), true);

// An answer that is an error has its sentence in the page that it would be.
function failed({ detail }) {
  isLooking = startWhenSeen = previews.inert = false;
  if (reading) reading.textContent = "";
  const page = new DOMParser().parseFromString(detail.xhr?.responseText ?? "", "text/html");
  const alert = page.querySelector("[role=alert]");
  complain(alert?.textContent ?? say("unreachable"));
  if (file) file.value = "";
}
document.body.addEventListener("htmx:responseError", failed);
document.body.addEventListener("htmx:sendError", failed);

form.addEventListener("submit", (event) => {
  const refused = previews.querySelector("[data-refused]");
  if (isLooking) startWhenSeen = true;
  else if (refused && form.action.endsWith("/jobs")) {
    refused.querySelector("details")?.setAttribute("open", "");
    refused.scrollIntoView();
  }
  else return;
  event.preventDefault();
});

// Enter in the name of a preset saves it, and starts nothing.
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.id !== "preset_name") return;
  event.preventDefault();
  document.getElementById("save-preset").click();
});
