// A control that an update moves or replaces while it is pressed still gets the click. The browser
// itself would give it to what lies there now, or to nothing.
const CONTROLS = ["a[href]", "button", "summary", "label", "input"].join();
const MOVED_PX = 10; // a finger is never quite still
let pressed;
let given; // the control that got the click of this press

// A selector that finds a control again after an update has replaced it.
export function nameOf({ id, localName, name, value, attributes }) {
  if (id) return `#${CSS.escape(id)}`;
  if (value) return `${localName}[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`;
  return attributes.href ? `a[href="${CSS.escape(attributes.href.value)}"]` : undefined;
}

function replacement(control) {
  const [found, another] = nameOf(control) ? document.querySelectorAll(nameOf(control)) : [];
  return another && !control.href ? undefined : found; // links with one address do the same
}

const isPlain = ({ button, ctrlKey, metaKey, shiftKey }) => !(button || ctrlKey || metaKey || shiftKey);

addEventListener("pointerdown", (event) => {
  const control = isPlain(event) && event.target.closest?.(CONTROLS);
  pressed = control ? { control, x: event.clientX, y: event.clientY } : undefined;
  given = undefined;
}, true);

addEventListener("pointerup", ({ clientX, clientY }) => {
  if (!pressed) return;
  const { control, x, y } = pressed;
  pressed = undefined;
  const isThere = control.contains(document.elementFromPoint(clientX, clientY));
  if (isThere || Math.hypot(clientX - x, clientY - y) > MOVED_PX) return;
  given = control.isConnected ? control : replacement(control);
  given?.click();
}, true);

// The browser's own click of the same press, on what lies there now.
addEventListener("click", (event) => {
  if (!given || !event.isTrusted || !event.detail) return;
  given = undefined;
  event.preventDefault();
  event.stopPropagation();
}, true);
