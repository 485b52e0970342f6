// The tiles of Sialoscope, on a page of its own in a frame or within a page of another site. Each
// element with data-sialoscope shows one stream, which its token opens. The token goes as a header and
// never into an address, so that no log has it.
(() => {
  const BASE = new URL(document.currentScript.src).origin;
  const RETRY_MS = 3000;
  const ENDS = ["complete", "error", "cancelled"];

  function element(name, text = "", ...children) {
    const made = document.createElement(name);
    made.textContent = text;
    made.append(...children);
    return made;
  }

  const PATHS = {
    progress: ({ job }) => `/api/v1/streams/jobs/${encodeURIComponent(job)}/events`,
    counts: ({ tag }) => `/api/v1/streams/overview/events${tag ? `?tag=${encodeURIComponent(tag)}` : ""}`,
  };
  PATHS.results = PATHS.counts;

  const SHOW = {
    progress(name, data, state) {
      if (name === "connected" || name === "log" || name === "rule" || name === "changes") return undefined;
      const job = name === "snapshot" ? data.job : data;
      state.percentage = name === "complete" ? 100 : (job.percentage ?? state.percentage ?? 0);
      state.status = { complete: "succeeded", error: "failed", cancelled: "cancelled" }[name] ?? job.status ?? job.current_step;
      const bar = element("progress", `${state.percentage} %`);
      bar.max = 100;
      bar.value = state.percentage;
      return [element("label", `${state.status}, ${state.percentage} %`, bar), element("p", job.message ?? "")];
    },
    counts(name, { counts }) {
      const states = Object.entries(counts);
      return [element("dl", "", ...states.map(([state, jobs]) => element("div", "", element("dt", state), element("dd", jobs))))];
    },
    results(name, { last_results: results }) {
      if (!results.length) return [element("p", "–")];
      const line = (job) => element("li", job.file_name, element("small", job.assignments || job.status));
      return [element("ul", "", ...results.map(line))];
    },
  };

  async function* messages(body) {
    let rest = "";
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + chunk).replaceAll("\r\n", "\n").split("\n\n");
      rest = parts.pop();
      for (const part of parts) yield read(part);
    }
  }

  function read(part) {
    const message = { data: "" };
    for (const line of part.split("\n")) {
      const [, name, value] = /^([^:]*):? ?(.*)$/.exec(line);
      if (name === "data") message.data += value;
      else if (name) message[name] = value;
    }
    return message;
  }

  // What a page has to change before its tile can show anything.
  function mistake({ tile, job }) {
    if (!PATHS[tile]) return `There is no tile ${tile}; use one of ${Object.keys(PATHS).join(", ")}.`;
    return tile === "progress" && !job ? "This tile needs the id of a job, as data-job." : "";
  }

  // A browser does not say why it refused to read another site, so a tile that never showed anything says what to check.
  function explainSilence(tile) {
    if (tile.hasChildNodes()) return;
    const unlisted = `If this stays, ask its operator to list ${location.origin} in SIALOSCOPE_STREAM_ORIGINS.`;
    tile.append(element("p", `No connection to ${BASE}. ${location.origin === BASE ? "Trying again." : unlisted}`));
  }

  // Shows a stream until it ends for good: true if it shall be opened again.
  async function follow(tile, options, state) {
    const headers = { Authorization: `Bearer ${options.token}` };
    if (state.last) headers["Last-Event-ID"] = state.last;
    const answer = await fetch(BASE + PATHS[options.tile](options), { headers, credentials: "omit", cache: "no-store" });
    if (answer.status === 204) return false;
    if (answer.status === 429 || answer.status >= 500) return true;
    if (!answer.ok) {
      tile.replaceChildren(element("p", (await answer.json()).detail));
      return false;
    }
    for await (const { id, event, data } of messages(answer.body)) {
      state.last = id ?? state.last;
      const shown = data && SHOW[options.tile](event, JSON.parse(data), state);
      if (shown) tile.replaceChildren(...shown);
      if (options.tile === "progress" && ENDS.includes(event)) return false;
    }
    return true;
  }

  async function run(tile) {
    const address = new URLSearchParams("fromAddress" in tile.dataset ? location.hash.slice(1) : "");
    const { job, tag, token } = { ...tile.dataset, ...Object.fromEntries(address) };
    const options = { tile: tile.dataset.sialoscope, job, tag, token };
    const wrong = mistake(options);
    if (wrong) return tile.replaceChildren(element("p", wrong));
    const state = {};
    while (await follow(tile, options, state).catch(() => true)) {
      explainSilence(tile);
      await new Promise((go) => setTimeout(go, RETRY_MS));
    }
  }

  // A page may load this script above its tiles, and once for each of them.
  function start() {
    for (const tile of document.querySelectorAll("[data-sialoscope]:not([data-followed])")) {
      tile.dataset.followed = "";
      run(tile);
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
