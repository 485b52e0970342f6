// Keeps a page up to date by the event stream that all tabs of this browser share, and notices when
// the stream is silent: cut, held by a proxy, or left behind by sleep.
import { Stream } from "./stream.js";

const CONNECTED_WITHIN_MS = 6000; // a new stream has its first event at once
const SILENT_AFTER_MS = 20_000; // a quiet stream has a heartbeat every 15 s
const LOOK_EVERY_MS = 5000;
const OPEN_ANEW_EVERY_MS = 15_000;
const TICK_MS = 1000;

// The stream of a browser without shared workers, as phones have: of this tab, while it is seen.
class OwnStream {
  #stream;
  #after;

  constructor(after, hear) {
    this.#stream = new Stream(hear);
    this.#after = after;
    document.addEventListener("visibilitychange", () => this.#follow());
    addEventListener("pageshow", () => this.#follow());
    addEventListener("pagehide", () => this.#stream.close());
    this.#follow();
  }

  get isAway() {
    return document.hidden;
  }

  #follow() {
    if (document.hidden) this.#stream.close();
    else this.#stream.open(this.#after);
  }

  reopen() {
    this.#stream.reopen();
  }
}

class SharedStream {
  #port;
  isAway = false;

  constructor(after, hear, fail) {
    const worker = new SharedWorker("/static/shared_stream.js", { type: "module", name: "sialoscope" });
    worker.addEventListener("error", fail);
    this.#port = worker.port;
    this.#port.addEventListener("message", ({ data }) => hear(data));
    this.#port.start();
    const join = () => this.#port.postMessage({ wish: "join", after });
    addEventListener("pagehide", () => this.#port.postMessage({ wish: "leave" }));
    addEventListener("pageshow", ({ persisted }) => persisted && join()); // Back found the page as it was
    join();
  }

  reopen() {
    this.#port.postMessage({ wish: "reopen" });
  }
}

// `hear(name, data)` gets each event; `look()` is called when the page may have missed some, and every
// 5 s while there is no stream; `tell(state)` says how the stream is: "live", "lost" or "silent".
export function follow(after, { hear, look, tell }) {
  let state = "live";
  let heardAt = Date.now(); // not performance.now(), which may stand still while a machine sleeps
  let patience = CONNECTED_WITHIN_MS;
  let lookedAt = heardAt;
  let openedAt = 0;
  const own = () => new OwnStream(after, receive);
  let stream = "SharedWorker" in window ? new SharedStream(after, receive, () => (stream = own())) : own();

  function become(next) {
    if (next === state) return;
    state = next;
    tell(state);
    lookNow();
  }

  function lookNow() {
    lookedAt = Date.now();
    look();
  }

  function receive({ name, data, isLost, heardAt: at }) {
    if (name === "behind") return lookNow();
    if (name === "state" && isLost) return become("lost");
    heardAt = name === "state" && at ? at : Date.now();
    patience = name === "state" && !at ? CONNECTED_WITHIN_MS : SILENT_AFTER_MS;
    if (name === "state") return;
    become("live");
    hear(name, data);
  }

  function check() {
    const now = Date.now();
    if (stream.isAway) return;
    if (state === "live" && now - heardAt > patience) become("silent");
    if (state === "live") return;
    if (now - lookedAt > LOOK_EVERY_MS) lookNow();
    if (state !== "silent" || now - openedAt < OPEN_ANEW_EVERY_MS) return;
    openedAt = now;
    stream.reopen();
  }

  setInterval(check, TICK_MS);
  document.addEventListener("visibilitychange", check);
  addEventListener("online", check);
  addEventListener("pageshow", ({ persisted }) => persisted && lookNow());
}
