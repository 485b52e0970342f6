// Shows all jobs of whoever is logged in, by one stream; see docs/api.md.
const ENDS = { complete: "succeeded", error: "failed", cancelled: "cancelled" };
const rows = new Map();

function rowOf(id) {
  if (!rows.has(id)) {
    const row = document.getElementById("job").content.cloneNode(true).firstElementChild;
    const link = row.querySelector("a");
    [link.href, link.textContent] = [`/jobs/${id}`, id.slice(0, 8)];
    document.getElementById("jobs").prepend(row);
    rows.set(id, row);
  }
  return rows.get(id);
}

function show(id, { status, percentage, message }) {
  const [, state, share, said] = rowOf(id).cells;
  if (status) state.textContent = status;
  if (percentage !== undefined) share.firstChild.value = percentage;
  if (message) said.textContent = message;
}

function hear({ type, data }) {
  if (data === undefined) return; // "error" is also what a broken connection is called
  const { job_id: id, job, current_step: step, ...state } = JSON.parse(data);
  if (type === "snapshot") return show(id, job);
  if (type === "progress") return show(id, { ...state, status: step === "queued" ? "queued" : "running" });
  show(id, { ...state, status: ENDS[type], percentage: type === "complete" ? 100 : undefined });
}

const source = new EventSource("/api/v1/events"); // comes back by itself, and misses nothing
for (const type of ["snapshot", "progress", ...Object.keys(ENDS)]) source.addEventListener(type, hear);
const connection = document.getElementById("connection");
source.addEventListener("open", () => (connection.textContent = "Live."));
source.addEventListener("error", ({ data }) => data ?? (connection.textContent = "Reconnecting…"));
