// The job table: kept up to date by the stream of all jobs, and by looking while there is none.
import { follow } from "./live.js";
import { isAsked, tellEnd } from "./notify.js";
import { holds, whenResumed } from "./pause.js";
import { nameOf } from "./press.js";
import { tellTab } from "./tab.js";

const jobs = document.getElementById("jobs");
const connection = document.getElementById("connection");
const REFRESH_AFTER_MS = 500; // many events make one refresh
const ANSWERED_WITHIN_MS = 10_000;
const ENDED = { complete: "succeeded", error: "failed", cancelled: "cancelled" };
let lastEnd; // how the job ended that did so last
let running = new Map(); // the percentages of the running jobs, also of those on other pages
let refreshing;
let isStale = false; // while nobody sees the table

async function fetchAnew() {
  const signal = AbortSignal.timeout(ANSWERED_WITHIN_MS);
  const answer = await fetch(location.href, { headers: { "X-By-Script": "true" }, signal });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("jobs");
  if (!fresh) return void (answer.status < 500 && tellConnection("gone")); // an error, or the login
  const focused = jobs.contains(document.activeElement) && (nameOf(document.activeElement) ?? ".scroll");
  const [left, top] = scrolled();
  const chosen = [...jobs.querySelectorAll("[name=job]:checked")].map((box) => box.value);
  if (fresh.dataset.running) jobs.dataset.running = fresh.dataset.running;
  jobs.replaceChildren(...fresh.childNodes);
  for (const box of jobs.querySelectorAll("[name=job]")) box.checked = chosen.includes(box.value);
  if (focused) jobs.querySelector(focused)?.focus({ preventScroll: true });
  jobs.querySelector(".scroll")?.scrollTo(left, top);
  jobs.dispatchEvent(new Event("jobs:updated", { bubbles: true }));
  count();
}

function scrolled() {
  const { scrollLeft = 0, scrollTop = 0 } = jobs.querySelector(".scroll") ?? {};
  return [scrollLeft, scrollTop];
}

function count() {
  if (jobs.dataset.running) running = new Map(Object.entries(JSON.parse(jobs.dataset.running)));
  tellAll();
}

// The page of new analyses has recent jobs, but its tab does not speak of them.
function tellAll() {
  if (!jobs.dataset.running) return;
  const sum = [...running.values()].reduce((total, percentage) => total + percentage, 0);
  tellTab(running.size ? "running" : lastEnd, Math.floor(sum / running.size));
}

function refresh() {
  if (!holds()) refreshNow();
}

function refreshNow() {
  isStale = document.hidden;
  if (isStale) return;
  refreshing ??= setTimeout(() => {
    refreshing = undefined;
    fetchAnew().catch(() => {}); // the next look makes up for it
  }, REFRESH_AFTER_MS);
}

function show({ job_id: id, current_step: step, percentage }) {
  if (step === "queued") return refresh();
  if (!running.has(id)) refresh(); // it may pass the filter no more, or only now
  running.set(id, percentage);
  tellAll();
  if (holds()) return;
  const status = document.querySelector(`#job-${id} .status`);
  if (!status) return; // it is on another page of the table
  status.className = "status running";
  status.textContent = "running";
  document.querySelector(`#job-${id} .share`).textContent = `${percentage} %`;
}

async function end({ job_id: id, message }, state) {
  lastEnd = state;
  running.delete(id);
  tellAll();
  refresh();
  if (!isAsked() || state === "cancelled") return; // who cancels knows
  const { file_name: name } = await (await fetch(`/api/v1/jobs/${id}`)).json();
  tellEnd({ id, name, state, message });
}

function tellConnection(state) {
  connection.hidden = state === "live";
  connection.textContent = connection.dataset[state] ?? "";
}

function hear(name, data) {
  if (name === "progress") show(data);
  else if (ENDED[name]) end(data, ENDED[name]);
  else if (name === "snapshot" && data.job.finished_at) end({ job_id: data.job.id, ...data.job }, data.job.status);
  else if (name === "snapshot") refresh();
}

document.addEventListener("jobs:changed", refreshNow); // what its reader does is shown at once
whenResumed(refreshNow);
document.addEventListener("visibilitychange", () => isStale && refresh());
count();
follow(jobs.dataset.after, { hear, look: refresh, tell: tellConnection });
