// What scripts say: the words stand in templates/fragments/words.html, with {names} for values.
const words = document.getElementById("words").dataset;

export const say = (name, values = {}) => words[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
const assignments = JSON.parse(say("calls"));
// The words of a chemist for a call; another name, such as a category, stays as it is.
export const assignment = (call) => assignments[call] ?? call;
export const fixed = (number, digits) => number.toFixed(digits).replace("-", "\u2212");
export const count = (number) => number.toLocaleString(document.documentElement.lang);
