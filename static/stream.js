// The event stream of all jobs of this user, opened again by itself when it was refused or cut.
const NAMES = ["connected", "progress", "complete", "error", "cancelled", "snapshot", "heartbeat"];
const OPEN_AGAIN_AFTER_MS = 5000;
const NEW_FOR_MS = 5000; // many tabs ask for a new stream at once; one is enough

// `tell` gets { name, data } for each event, and the state, { name: "state", … }, when it changes.
export class Stream {
  #tell;
  #source;
  #again;
  #openedAt = 0;
  #heardAt = 0;
  #isLost = false;
  last = "";

  constructor(tell) {
    this.#tell = tell;
  }

  // `heardAt` is 0 while a new stream has not brought its first event.
  get state() {
    return { name: "state", isLost: this.#isLost, heardAt: this.#heardAt };
  }

  open(after) {
    this.last ||= after;
    if (!this.#source) this.#connect();
  }

  // For a tab that hears nothing: what is held by a proxy looks like a connection that is open.
  reopen() {
    if (Date.now() - this.#openedAt > NEW_FOR_MS) this.#connect();
  }

  close() {
    clearTimeout(this.#again);
    this.#source?.close();
    this.#source = undefined;
  }

  #connect() {
    this.close();
    this.#openedAt = Date.now();
    this.#heardAt = 0;
    this.#source = new EventSource(`/api/v1/events?heartbeats=true&after=${this.last}`);
    for (const name of NAMES) this.#source.addEventListener(name, (event) => this.#hear(name, event));
    this.#tell(this.state);
  }

  #hear(name, { data, lastEventId, target }) {
    if (data === undefined) return this.#lose(target); // "error" is also what a broken connection is called
    this.#heardAt = Date.now();
    this.#isLost = false;
    this.last = lastEventId || this.last;
    this.#tell({ name, data: JSON.parse(data) });
  }

  #lose({ readyState }) {
    this.#isLost = true;
    this.#tell(this.state);
    clearTimeout(this.#again);
    if (readyState === EventSource.CLOSED) this.#again = setTimeout(() => this.#connect(), OPEN_AGAIN_AFTER_MS);
  }
}
