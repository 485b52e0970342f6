// What scripts say: the words stand in templates/fragments/words.html, with {names} for values.
const words = document.getElementById("words").dataset;

export const say = (name, values = {}) => words[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
export const fixed = (number, digits) => number.toFixed(digits).replace("-", "\u2212");
export const count = (number) => number.toLocaleString(document.documentElement.lang);
