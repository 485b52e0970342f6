// The slider of the lowest confidence: it says at once what it does, and shows those rows when it is let go.
import { count, fixed, say } from "./words.js";

const SETTLED = 400; // ms
const DIGITS = 2;
const HUNDREDTHS = 100;
let waiting;

function describe(box, lowest) {
  const steps = JSON.parse(box.dataset.steps);
  const [, rows, rate] = steps[Math.round(lowest * HUNDREDTHS)];
  const values = { rows: count(rows), all: count(steps[0][1]), lowest: fixed(lowest, DIGITS) };
  const percent = fixed((rate ?? 0) * 100, 1);
  const text = say(rate === null ? "thresholdRows" : "thresholdRate", { ...values, percent });
  box.querySelector("#threshold-effect").textContent = text;
}

document.getElementById("main").addEventListener("input", ({ target }) => {
  if (target.id !== "threshold-slider" && target.id !== "threshold") return;
  const lowest = Number(target.value);
  if (!(lowest >= 0 && lowest <= 1)) return;
  const other = target.id === "threshold" ? "threshold-slider" : "threshold";
  document.getElementById(other).value = lowest || other === "threshold-slider" ? lowest.toFixed(DIGITS) : "";
  describe(target.closest(".threshold"), lowest);
});
// Each press of an arrow key is a change; the rows follow the last one.
document.getElementById("main").addEventListener("change", ({ target }) => {
  if (target.id !== "threshold-slider") return;
  clearTimeout(waiting);
  waiting = setTimeout(() => document.getElementById("apply-threshold")?.click(), SETTLED);
});
