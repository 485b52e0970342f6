// The page of a row: its family, drawn; a click on a peak leads to its page.
import { mount } from "./charts.js";
import "./flips.js";

const figure = document.querySelector("figure.chart");
if (figure) mount(figure, { onPoint: ({ data }) => location.assign(data.member.row) });
