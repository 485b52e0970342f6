// The job table: kept up to date by one stream for all jobs, and by looking while there is none.
const jobs = document.getElementById("jobs");
const connection = document.getElementById("connection");
const REFRESH_AFTER_MS = 500; // many events make one refresh
const LOOK_EVERY_MS = 5000;
let refreshing;
let looking;

async function fetchAnew() {
  const answer = await fetch(location.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const anew = page.getElementById("jobs");
  if (!anew) return; // an error, or the login
  const focused = document.activeElement?.getAttribute("href");
  jobs.replaceChildren(...anew.childNodes);
  if (focused) jobs.querySelector(`a[href="${focused}"]`)?.focus();
}

function refresh() {
  refreshing ??= setTimeout(() => {
    refreshing = undefined;
    fetchAnew().catch(() => {}); // the next look makes up for it
  }, REFRESH_AFTER_MS);
}

function show({ job_id: id, current_step: step, percentage }) {
  const status = document.querySelector(`#job-${id} .status`);
  if (step === "queued") return refresh();
  if (!status) return; // it is on another page of the table
  status.className = "status running";
  status.textContent = "running";
  document.querySelector(`#job-${id} .share`).textContent = `${percentage} %`;
}

function tellConnection(isLost) {
  connection.hidden = !isLost;
  if (isLost) looking ??= setInterval(refresh, LOOK_EVERY_MS);
  else looking = clearInterval(looking);
}

function listen(after) {
  let last = after;
  const source = new EventSource(`/api/v1/events?after=${after}`);
  const hear = (name, tell) =>
    source.addEventListener(name, (event) => {
      if (event.data === undefined) return; // "error" is also what a broken connection is called
      last = event.lastEventId || last;
      tell(JSON.parse(event.data));
    });
  hear("progress", show);
  for (const name of ["snapshot", "complete", "error", "cancelled"]) hear(name, refresh);
  source.addEventListener("open", () => {
    if (looking) refresh();
    tellConnection(false);
  });
  source.onerror = (event) => {
    if (event.data !== undefined) return;
    tellConnection(true);
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(last), LOOK_EVERY_MS);
  };
}

listen(jobs.dataset.after);
