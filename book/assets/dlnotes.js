// Four small services; the pages can be read without them.
"use strict";

// 1. Frames of a moving figure are fetched when its slider is about to be used, not before.
function fetchFrames(event) {
  const figure = event.target instanceof Element && event.target.closest(".dl-moving");
  if (!figure || figure.dataset.fetched) return;
  figure.dataset.fetched = "yes";
  for (const frame of figure.querySelectorAll("img[hidden]")) {
    frame.decoding = "sync"; // so that a frame appears at once when its turn comes
    frame.loading = "eager";
  }
}
document.addEventListener("pointerover", fetchFrames);
document.addEventListener("focusin", fetchFrames);

// A browser may restore a slider's position without its frame; let the slider speak again.
window.addEventListener("pageshow", () => {
  for (const slider of document.querySelectorAll(".dl-moving input[type=range]")) {
    if (slider.value !== slider.defaultValue) slider.dispatchEvent(new Event("input"));
  }
});

// 2. What scrolls sideways can be reached by keyboard; what is folded is printed.
function reachable() {
  for (const box of document.querySelectorAll("div.math")) {
    if (box.scrollWidth > box.clientWidth) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", "Equation, scrolls sideways");
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    }
  }
}
document.addEventListener("DOMContentLoaded", () => {
  const watch = new ResizeObserver(reachable);
  for (const box of document.querySelectorAll("div.math")) watch.observe(box);
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

// 3. MathJax sets what is on the screen first (its extension ui/lazy). The rest follows here, two formulas at a time and
// only in idle moments, so that a search in the page and a screen reader find all of it.
function setMathInIdleMoments() {
  const waiting = [...document.querySelectorAll("mjx-lazy")].filter((mark) => mark.checkVisibility());
  if (waiting.length === 0) return;
  MathJax.startup.document.lazyObserve(waiting.slice(0, 2).map((target) => ({ target, isIntersecting: true })));
  setTimeout(() => whenIdle(setMathInIdleMoments), 50);
}
const whenIdle = (work) => (window.requestIdleCallback ? requestIdleCallback(work) : setTimeout(work, 200));
window.addEventListener("load", async () => {
  if (!window.MathJax?.startup) return;
  await MathJax.startup.promise;
  setTimeout(setMathInIdleMoments, 1000);
});

// 4. The ledger's filter.
function filterLedger(form) {
  const words = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const { page, verdict } = form.elements;
  const active = Boolean(words.length || page.value || verdict.value);
  let shown = 0;
  for (const ledger of document.querySelectorAll(".dl-ledger")) {
    let here = 0;
    for (const entry of ledger.querySelectorAll(".dl-entries > li")) {
      const text = entry.textContent.toLowerCase();
      entry.hidden = !(
        words.every((word) => text.includes(word)) &&
        (!page.value || entry.dataset.page === page.value) &&
        (!verdict.value || entry.dataset.verdict === verdict.value)
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
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector(".dl-filter");
  if (!form) return;
  form.hidden = false;
  form.addEventListener("input", () => filterLedger(form));
  form.addEventListener("submit", (event) => event.preventDefault());
  filterLedger(form);
});
