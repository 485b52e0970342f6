// Shows a desktop notification when a job ends, if the user turned it on in this browser.
const CHOICE = "sialoscope:notify";
const button = document.getElementById("notify");
const note = document.getElementById("notify-note");

// Whether the page has the button, and it was said yes to.
export const isAsked = () => button !== null && isChosen();

const isChosen = () => localStorage.getItem(CHOICE) === "yes" && window.Notification?.permission === "granted";

function show(sentence = "") {
  button.ariaPressed = String(isChosen());
  note.textContent = isChosen() ? button.dataset.on : sentence;
}

async function toggle() {
  if (!("Notification" in window)) return show(button.dataset.unsupported);
  if (isChosen()) localStorage.removeItem(CHOICE);
  else if ((await Notification.requestPermission()) === "granted") localStorage.setItem(CHOICE, "yes");
  else return show(button.dataset.blocked);
  return show();
}

// Whether it was shown. A click on it opens the job as long as this page is open.
export function tellEnd({ id, name, state, message }) {
  if (!isAsked()) return false;
  const title = button.dataset.title.replace("{name}", () => name).replace("{state}", state);
  try {
    const shown = new Notification(title, { body: message, tag: id, icon: `/static/state/${state}.svg` });
    shown.addEventListener("click", () => {
      window.focus();
      shown.close();
      location.assign(`/jobs/${id}${state === "succeeded" ? "/result" : ""}`);
    });
  } catch { // a browser of a phone, which has them by service workers alone
    show(button.dataset.unsupported);
    return false;
  }
  return true;
}

if (button) {
  button.addEventListener("click", toggle);
  show();
}
