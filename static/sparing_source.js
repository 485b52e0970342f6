// An EventSource for htmx that leaves connections to other tabs: it has one while somebody sees this
// tab and one of a few places is free. Over HTTP/1.1 a browser opens six connections to a server.
const PLACES = ["first", "second", "third"].map((place) => `sialoscope:stream:${place}`);
const RETRY_MS = 2000;

export class SparingSource extends EventTarget {
  #url;
  #source;
  #leave;
  #names = new Set();
  #isTaking = false;
  #isClosed = false;
  #follow = () => (document.hidden ? this.#pause() : this.#start());

  constructor(url) {
    super();
    this.#url = url;
    document.addEventListener("visibilitychange", this.#follow);
    this.#start();
  }

  // Whether events come at all; without it a page looks by itself.
  get isOpen() {
    return this.#source !== undefined;
  }

  get readyState() {
    if (this.#isClosed) return EventSource.CLOSED;
    return this.#source?.readyState ?? EventSource.OPEN;
  }

  addEventListener(name, listener) {
    super.addEventListener(name, listener);
    this.#names.add(name);
    this.#source?.addEventListener(name, this.#pass);
  }

  close() {
    this.#isClosed = true;
    document.removeEventListener("visibilitychange", this.#follow);
    this.#pause();
  }

  #pass = ({ type, data, lastEventId }) => this.dispatchEvent(new MessageEvent(type, { data, lastEventId }));

  async #start() {
    if (this.#isTaking || this.#source || this.#isClosed || document.hidden) return;
    this.#isTaking = true;
    this.#leave = await takePlace();
    this.#isTaking = false;
    if (this.#isClosed || document.hidden) this.#pause();
    else if (this.#leave) this.#connect();
    else setTimeout(() => this.#start(), RETRY_MS);
  }

  #connect() {
    this.#source = new EventSource(this.#url);
    this.#url = this.#url.split("?")[0]; // only the first connection replays the steps
    for (const name of this.#names) this.#source.addEventListener(name, this.#pass);
    this.#source.onopen = (event) => this.onopen?.(event);
    this.#source.onerror = (event) => {
      if (this.#source?.readyState === EventSource.CLOSED) this.close();
      this.onerror?.(event);
    };
  }

  #pause() {
    this.#source?.close();
    this.#source = undefined;
    this.#leave?.();
    this.#leave = undefined;
  }
}

// What gives the place back; undefined if none is free. Only pages of https and of this machine have
// locks; others have a place for each tab that is seen.
async function takePlace() {
  if (!navigator.locks) return () => {};
  for (const place of PLACES) {
    const leave = await new Promise((answer) => {
      navigator.locks.request(place, { ifAvailable: true }, (lock) => {
        if (!lock) return answer(undefined);
        return new Promise((leave) => answer(leave));
      });
    });
    if (leave) return leave;
  }
  return undefined;
}
