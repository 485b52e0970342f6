// The control charts of a method.
import { mount } from "./charts.js";

for (const figure of document.querySelectorAll("figure.chart")) mount(figure);
