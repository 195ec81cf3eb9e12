// Four small services; the pages can be read without them.
"use strict";

// 1. Frames of a moving figure are fetched as it nears the screen, and become pictures as the reader reaches for it: that
// costs a phone a tenth of a second each. One comes after the other and the nearest first, so that the one that is asked for
// never waits for twenty. Who saves data gets only what is asked for. Nothing of this holds up the page itself: it begins
// when that is there, and goes on when there is nothing else to do. Pages opened as files have all at hand.
const loaded = new Promise((resolve) => addEventListener("load", resolve));
const idle = () => new Promise((resolve) => (window.requestIdleCallback ?? setTimeout)(resolve));
async function prepare(figure, step) {
  const frames = [...figure.querySelectorAll("img")];
  const shown = Number(figure.querySelector("input[type=range]").value);
  const far = (frame) => Math.abs(frames.indexOf(frame) - shown);
  await loaded;
  for (const frame of frames.filter((frame) => !frame.complete).sort((a, b) => far(a) - far(b))) {
    await idle();
    await step(frame).catch(() => {});
  }
}
const get = (frame) => fetch(frame.src, { priority: "low" }).then((response) => response.blob());
const build = (frame) => {
  frame.loading = "eager";
  return frame.decode();
};
const nearing = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    nearing.unobserve(target);
    prepare(target, get);
  }
}, { rootMargin: "50% 0px" });
document.addEventListener("DOMContentLoaded", () => {
  if (navigator.connection?.saveData) return;
  for (const figure of document.querySelectorAll(".dl-moving")) {
    if (location.protocol !== "file:") nearing.observe(figure);
    for (const reach of ["pointerenter", "focusin"]) figure.addEventListener(reach, () => prepare(figure, build), { once: true });
  }
});

// A browser may restore a slider's position without its frame; let the slider speak again.
window.addEventListener("pageshow", () => {
  for (const slider of document.querySelectorAll(".dl-moving input[type=range]")) {
    if (slider.value !== slider.defaultValue) slider.dispatchEvent(new Event("input"));
  }
});

// 2. What scrolls sideways can be reached by keyboard; what is folded is printed.
const NARROWEST = matchMedia("(max-width: 389px)").matches; // where formulas in a line may be wider than the line
const SCROLLING =
  "div.math, pre, .cell_output > .output, .pst-scrollable-table-container" + (NARROWEST ? ", :is(p, dd):has(math)" : "");
const sizes = new ResizeObserver((entries) => {
  const boxes = new Set(entries.map(({ target }) => target.closest(SCROLLING)).filter(Boolean));
  const found = [...boxes].map((box) => [box, box.scrollWidth > box.clientWidth]); // read all, then write
  for (const [box, scrolls] of found) {
    if (scrolls === box.hasAttribute("tabindex")) continue;
    setOrRemove(box, scrolls, { tabindex: 0 });
    if (box.matches(".math")) setOrRemove(box, scrolls, { role: "group", "aria-label": "Equation, scrolls sideways" });
  }
});
function setOrRemove(box, on, attributes) {
  for (const [name, value] of Object.entries(attributes)) on ? box.setAttribute(name, value) : box.removeAttribute(name);
}
document.addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll(SCROLLING)) sizes.observe(box);
});
window.addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("main details:not([open])")) {
    fold.open = true;
    fold.dataset.printed = "yes";
  }
});
window.addEventListener("afterprint", () => {
  for (const fold of document.querySelectorAll("details[data-printed]")) {
    fold.open = false;
    delete fold.dataset.printed;
  }
});

// 3. The ledger's filter, and the glossary's. Accents and tones do not count.
const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
const wordsOf = (form) => plain(form.elements.words.value).split(/\s+/).filter(Boolean);
const filters = { ledger: filterLedger, glossary: filterGlossary };

function filterLedger(form) {
  const words = wordsOf(form);
  const chosen = ["kind", "page", "verdict", "surprise"].map((name) => [name, form.elements[name].value]).filter(([, value]) => value);
  const active = Boolean(words.length || chosen.length);
  let shown = 0;
  for (const ledger of document.querySelectorAll(".dl-ledger")) {
    let here = 0;
    for (const entry of ledger.querySelectorAll(".dl-entries > li")) {
      const text = plain(entry.textContent);
      entry.hidden = !(
        words.every((word) => text.includes(word)) &&
        chosen.every(([name, value]) => entry.dataset[name] === value)
      );
      here += !entry.hidden;
    }
    const fold = ledger.querySelector("details");
    if (fold) fold.open = active && here > 0;
    ledger.closest("section").hidden = active && here === 0;
    shown += here;
  }
  form.querySelector("output").textContent = active ? `${shown} shown` : "";
}
function filterGlossary(form) {
  const words = wordsOf(form);
  let shown = 0;
  for (const term of document.querySelectorAll("dl.glossary > dt")) {
    const meaning = term.nextElementSibling;
    const text = plain(`${term.textContent} ${meaning.textContent}`);
    term.hidden = meaning.hidden = !words.every((word) => text.includes(word));
    shown += !term.hidden;
  }
  form.querySelector("output").textContent = words.length ? `${shown} shown` : "";
}
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector(".dl-filter");
  if (!form) return;
  const filter = () => filters[form.dataset.filters](form);
  form.hidden = false;
  for (const [name, value] of new URLSearchParams(location.search)) if (form.elements[name]) form.elements[name].value = value;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();
});

// 4. Where am I: the bar at the top names the section, leads to its neighbors, and shows how far down the page one is.
const READING = 90; // pixels below the top of the window; a link puts its section a little higher
document.addEventListener("DOMContentLoaded", () => {
  const place = document.querySelector(".dl-place");
  const sections = [...document.querySelectorAll("article section section[id]")].filter((section) => section.querySelector(":scope > :is(h2, h3)"));
  if (!place || sections.length < 2) return;
  const titleOf = (section) => section.querySelector("h2, h3").textContent.replace(/#$/, "").trim(); // without the link to itself
  const [before, after] = [place.querySelector(".dl-before"), place.querySelector(".dl-after")];
  const lead = (link, word, section) => {
    link.toggleAttribute("data-nowhere", !section);
    if (!section) return;
    link.href = `#${section.id}`;
    link.title = link.ariaLabel = `${word} section: ${titleOf(section)}`;
  };
  const line = place.querySelector(".dl-progress");
  const contents = new Map([...document.querySelectorAll(".page-toc a")].map((link) => [link.hash.slice(1), link]));
  // The theme marks a section of the contents as its heading passes by; it misses those that pass too fast.
  const mark = () => contents.forEach((link, id) => {
    const here = id === sections[shown]?.id;
    link.classList.toggle("active", here);
    if (here) link.ariaCurrent = "true"; else link.removeAttribute("aria-current");
  });
  let shown, waiting = false;
  const move = () => {
    const { scrollTop, scrollHeight, clientHeight } = document.documentElement;
    const now = sections.findLastIndex((section) => section.getBoundingClientRect().top < READING);
    line.style.transform = `scaleX(${Math.min(1, scrollTop / Math.max(1, scrollHeight - clientHeight))})`;
    waiting = false;
    if (now === shown) return;
    shown = now;
    place.querySelector(".dl-section").textContent = now < 0 ? "" : titleOf(sections[now]);
    lead(before, "Previous", sections[now - 1]);
    lead(after, "Next", sections[now + 1]);
    mark();
  };
  addEventListener("scrollend", mark);
  addEventListener("scroll", () => {
    if (!waiting) requestAnimationFrame(move);
    waiting = true;
  }, { passive: true });
  place.hidden = false;
  move();
});
