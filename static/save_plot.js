// Saves a plot for print: as wide as a column of a journal, on white, as PNG with 300 dpi, SVG or PDF.
import { chosenPoint, linksOfRow, onPaper, optionsOf, resolved } from "./chart_options.js";

const MM_PER_INCH = 25.4;
const PT_PER_INCH = 72;
const DPI = 300;
const PX_PER_MM = 440 / 85; // so that text has 6.6 pt, which journals ask for
const HEIGHTS_MM = { 85: 72, 170: 105 };
const STACKED_MM = 130; // one column of a plot that has two parts
const PDF = { fontFamily: "Arimo" }; // it has the widths of Arial, by which the plot is laid out
const TEXT = { fontFamily: "Arial, 'Liberation Sans', Arimo, Helvetica, sans-serif" };
const VENDOR = "/static/vendor";

export async function savePlot(echarts, drawing, { form, widthMm, stem }) {
  const heightMm = drawing.kind === "distribution" && widthMm === 85 ? STACKED_MM : HEIGHTS_MM[widthMm];
  const size = { width: Math.round(widthMm * PX_PER_MM), height: Math.round(heightMm * PX_PER_MM) };
  const print = { widthMm, heightMm, ...size };
  const blob = form === "png" ? await asPng(echarts, drawing, print) : await asVector(form, svgOf(echarts, drawing, print), print);
  const name = [stem, drawing.kind, `${widthMm}mm`].join("-");
  offer(blob, `${name}.${form}`);
}

function drawn(echarts, { kind, data, chosen }, size, renderer) {
  const isSvg = renderer === "svg";
  const copy = echarts.init(isSvg ? null : document.createElement("div"), null, { renderer, ssr: isSvg, ...size });
  const [options, backgroundColor] = onPaper(() => [optionsOf(kind, data, size.width), resolved("var(--card)")]);
  copy.setOption({ ...options, backgroundColor, textStyle: TEXT });
  const point = chosenPoint(data, chosen);
  const links = data.links ? [{ id: "links:chosen", data: linksOfRow(data, chosen) }] : [];
  if (point) copy.setOption({ series: [...links, { id: "chosen", data: [point] }] });
  return copy;
}

function svgOf(echarts, drawing, { widthMm, heightMm, ...size }) {
  const copy = drawn(echarts, drawing, size, "svg");
  const svg = new DOMParser().parseFromString(withoutStyles(copy.renderToSVGString()), "image/svg+xml").documentElement;
  copy.dispose();
  for (const text of svg.querySelectorAll("[dominant-baseline=central]")) centre(text);
  svg.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
  svg.setAttribute("width", `${widthMm}mm`);
  svg.setAttribute("height", `${heightMm}mm`);
  return svg;
}

// Few programs other than browsers know that a text is centred on its line.
function centre(text) {
  text.removeAttribute("dominant-baseline");
  text.setAttribute("dy", "0.35em");
}

// Styles as attributes: the page's policy blocks inline styles, and each program reads attributes.
const withoutStyles = (svg) => svg.replace(/<style[^>]*>.*?<\/style>/gs, "").replace(/ style="([^"]*)"/g, (_, style) => style.split(/;(?!\s*$)/)
  .map((part) => part.replace(/;\s*$/, "").split(":").map((each) => each.trim()))
  .filter(([name, value]) => /^(font|fill|stroke|opacity)/.test(name) && value)
  .map(([name, value]) => ` ${name}="${value}"`).join(""));

const asVector = (form, svg, print) => (form === "pdf"
  ? asPdf(svg, print)
  : new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" }));

async function asPng(echarts, drawing, { widthMm, width, height }) {
  const pixelRatio = (Math.round(widthMm / MM_PER_INCH * DPI) + 0.01) / width;
  const copy = drawn(echarts, drawing, { width, height }, "canvas");
  const canvas = copy.renderToCanvas({ pixelRatio });
  const png = await new Promise((resolve) => canvas.toBlob(resolve));
  copy.dispose();
  return withDensity(new Uint8Array(await png.arrayBuffer()), Math.round(DPI / MM_PER_INCH * 1000));
}

// A canvas writes no density, so programs would take 72 or 96 dpi. The chunk pHYs, in pixels per
// metre, belongs after the header, which ends at byte 33.
export function withDensity(png, perMetre) {
  const chunk = new DataView(new ArrayBuffer(21));
  chunk.setUint32(0, 9);
  [..."pHYs"].forEach((letter, place) => chunk.setUint8(4 + place, letter.charCodeAt(0)));
  chunk.setUint32(8, perMetre);
  chunk.setUint32(12, perMetre);
  chunk.setUint8(16, 1);
  chunk.setUint32(17, crc32(new Uint8Array(chunk.buffer, 4, 13)));
  return new Blob([png.subarray(0, 33), chunk.buffer, png.subarray(33)], { type: "image/png" });
}

function crc32(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return ~sum >>> 0;
}

async function asPdf(svg, { widthMm, heightMm, width, height }) {
  await script("jspdf-4.2.1.umd.min.js");
  const [font] = await Promise.all([fontAsBase64(), script("svg2pdf-2.8.1.umd.min.js")]);
  const [pageWidth, pageHeight] = [widthMm, heightMm].map((mm) => mm / MM_PER_INCH * PT_PER_INCH);
  const pdf = new window.jspdf.jsPDF({ unit: "pt", format: [pageWidth, pageHeight], orientation: pageWidth > pageHeight ? "l" : "p", compress: true });
  pdf.addFileToVFS("plot.ttf", font);
  pdf.addFont("plot.ttf", PDF.fontFamily, "normal");
  pdf.setFont(PDF.fontFamily);
  svg.setAttribute("width", width);
  svg.setAttribute("height", height);
  for (const text of svg.querySelectorAll("text")) prepare(text);
  await pdf.svg(svg, { x: 0, y: 0, width: pageWidth, height: pageHeight });
  return pdf.output("blob");
}

// The outline around letters would be drawn over them, so it is drawn first. One weight has a font.
function prepare(text) {
  const outline = text.getAttribute("stroke");
  if (outline) {
    const behind = text.cloneNode(true);
    behind.setAttribute("fill", outline);
    behind.setAttribute("font-family", PDF.fontFamily);
    text.before(behind);
    text.removeAttribute("stroke");
  }
  text.setAttribute("font-family", PDF.fontFamily);
  text.removeAttribute("font-weight");
}

async function fontAsBase64() {
  const answer = await fetch(`${VENDOR}/arimo-0.4.3-regular.ttf`);
  if (!answer.ok) throw new Error(answer.statusText);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

const loaded = new Map();

export function script(name) {
  if (!loaded.has(name)) {
    const loading = new Promise((resolve, reject) => {
      const element = Object.assign(document.createElement("script"), { src: `${VENDOR}/${name}`, onload: resolve, onerror: () => reject(new Error(name)) });
      document.head.append(element);
    });
    loaded.set(name, loading);
    loading.catch(() => loaded.delete(name));
  }
  return loaded.get(name);
}

function offer(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
