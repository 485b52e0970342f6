// A shared worker: it has the one event stream of this browser, and passes on to all tabs what comes.
// Over HTTP/1.1 a browser opens six connections to a server, so a stream for each tab would stop the
// seventh page. The browser ends the worker with its last tab.
import { Stream } from "./stream.js";

const tabs = new Set();
const stream = new Stream((message) => {
  for (const tab of tabs) tab.postMessage(message);
});

function join(tab, after) {
  tabs.add(tab);
  if (stream.last && stream.last !== after) tab.postMessage({ name: "behind" });
  stream.open(after);
  tab.postMessage(stream.state);
}

self.addEventListener("connect", ({ ports: [tab] }) => {
  tab.addEventListener("message", ({ data: { wish, after } }) => {
    if (wish === "join") join(tab, after);
    if (wish === "leave") tabs.delete(tab);
    if (wish === "reopen") stream.reopen();
  });
  tab.start();
});
