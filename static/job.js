// The live job page: it shows what the stream tells, and looks itself while the stream says nothing
// for long or cannot be had. Then it goes on to the result.
import { follow } from "./live.js";
import { tellEnd } from "./notify.js";
import { holds, isPaused, whenResumed } from "./pause.js";
import { SparingSource } from "./sparing_source.js";
import { tellTab } from "./tab.js";

const panel = document.getElementById("panel");
const connection = document.getElementById("connection");
const watchers = document.getElementById("watchers");
const saying = document.getElementById("said");
const SHOW_RESULT_AFTER_MS = 250;
const LOOK_AFTER_MS = { lost: 2000, withoutStream: 2000, hidden: 10_000, queued: 3000, running: 10_000 };
let source;
let hearsOfAll = false;
let shownAt = performance.now(); // what the panel shows is of this time
let lookedAt = shownAt;
let isLooking = false;
let isLost = false;
let hasEnded = false;
let isLogOpen = true;

// Going back to this page shows the job as it stands, not its steps once more.
history.replaceState(null, "", location.pathname);

// The extension makes a new connection when one was refused; only the first replays the steps.
htmx.createEventSource = (url) => {
  source = new SparingSource(source ? url.split("?")[0] : url);
  source.addEventListener("watchers", ({ data }) => (watchers.textContent = data));
  return source;
};

const state = () => panel.firstElementChild?.dataset.state;

function tick() {
  const now = performance.now();
  if (isPaused()) return;
  if (state() === "running") {
    const seconds = Number(panel.firstElementChild.dataset.elapsed) + (now - shownAt) / 1000;
    document.getElementById("elapsed").textContent = seconds.toFixed(1);
  }
  if (hasEnded || isLooking || now - Math.max(shownAt, lookedAt) < patience()) return;
  look();
  if (!source?.isOpen) hearOfAll();
}

function patience() {
  if (isLost) return LOOK_AFTER_MS.lost;
  if (source?.isOpen) return LOOK_AFTER_MS[state()];
  return document.hidden ? LOOK_AFTER_MS.hidden : LOOK_AFTER_MS.withoutStream;
}

// Other tabs have the streams of single jobs, or nobody sees this one: the stream that all tabs share
// says when there is something to look at.
function hearOfAll() {
  if (hearsOfAll) return;
  hearsOfAll = true;
  const hear = (_, { job_id: id }) => {
    if (id === panel.dataset.id && !source?.isOpen && !isLooking && !hasEnded) look();
  };
  follow("", { hear, look: () => {}, tell: () => {} });
}

function look() {
  if (holds()) return;
  isLooking = true;
  lookedAt = performance.now();
  htmx.trigger(panel, "look");
}

function shown() {
  shownAt = performance.now();
  tellTab(state(), Number(document.getElementById("bar").value));
  panel.querySelector(".log").open = isLogOpen;
  const log = panel.querySelector(".log ol");
  if (log) log.scrollTop = log.scrollHeight;
  tellStep();
}

// Each step and the end are read out once; the panel itself changes too often for that.
function tellStep() {
  const { said } = panel.firstElementChild.dataset;
  if (said !== saying.textContent) saying.textContent = said;
}

function tellConnection(lost, sentence = connection.dataset.lost) {
  isLost = lost;
  connection.hidden = !lost;
  connection.textContent = sentence;
}

function end() {
  hasEnded = true;
  source?.close();
  panel.removeAttribute("sse-connect"); // the extension connects no more
}

function endWithResult() {
  if (hasEnded || holds()) return;
  end();
  tellConnection(false);
  htmx.trigger(document.body, "ended"); // what can be done with the job is another now
  const { id, name } = panel.dataset;
  const message = document.getElementById("message").textContent;
  const isTold = state() !== "cancelled" && tellEnd({ id, name, state: state(), message }); // who cancels knows
  const result = document.getElementById("to-result");
  if (!result) return;
  const goOn = () => location.replace(result.href);
  // A click on the notification needs this page, which stays until somebody looks at it.
  if (isTold && !document.hasFocus()) window.addEventListener("focus", goOn, { once: true });
  else setTimeout(goOn, SHOW_RESULT_AFTER_MS);
}

setInterval(tick, 100);
whenResumed(look);
panel.addEventListener("click", ({ target }) => {
  if (target.closest("summary")) isLogOpen = !panel.querySelector(".log").open;
});
panel.addEventListener("htmx:sseOpen", () => tellConnection(false));
panel.addEventListener("htmx:sseError", () => {
  if (hasEnded) return;
  if (!isLost && !isLooking) look();
  tellConnection(true);
});
panel.addEventListener("htmx:sseClose", endWithResult);
panel.addEventListener("htmx:sseBeforeMessage", (event) => {
  if (holds()) event.preventDefault();
});
panel.addEventListener("htmx:sseMessage", () => {
  tellConnection(false);
  shown();
});
panel.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const isPanel = detail.xhr.responseURL.endsWith("/panel"); // and not the login
  detail.shouldSwap = detail.shouldSwap && isPanel && shownAt <= lookedAt && !holds();
});
panel.addEventListener("htmx:afterRequest", ({ detail }) => {
  isLooking = false;
  const { status, responseURL } = detail.xhr;
  if (status === 404 || (status === 200 && !responseURL.endsWith("/panel"))) {
    end();
    tellConnection(true, connection.dataset.gone);
  }
});
panel.addEventListener("htmx:afterSwap", () => {
  shown();
  if (document.getElementById("to-result") || ["failed", "cancelled"].includes(state())) endWithResult();
});
