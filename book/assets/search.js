// Finds places of the book (book/tools/search.py lists them) and shows them on the search page. The first half only
// computes, so that it also runs without a page.
"use strict";

const dlSearch = (() => {
  // Accents and tones do not count. A word is a run of letters and digits ("c4.12" is one), or of Chinese characters.
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const WORD = /\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{L}\p{N}\p{M}])+(?:\.\p{N}+)*/gu;
  const wordsOf = (text) => [...text.matchAll(WORD)].map(([word]) => plain(word)).filter((word) => word !== "s");
  const chinese = (word) => /\p{Script=Han}/u.test(word);

  // "whitening" and "whitened" are whiten, "stopping" is stop, "entropies" and "entropy" are entrop.
  const stem = (word) => word.replace(/^(.{4,}?)(?:ies|ing|ed|es|[sye])$/u, "$1").replace(/([bdgmnprst])\1$/u, "$1");

  // How well a word of the text answers one that was asked for, from 0 to 1. A Chinese word may stand inside another.
  function likeness(word, asked) {
    if (word === asked) return 1;
    if (chinese(asked)) return word.includes(asked) ? 0.6 : 0;
    if (asked.length < 2) return 0;
    if (stem(word) === stem(asked)) return 0.95;
    return word.startsWith(stem(asked)) ? 0.5 : 0;
  }

  // What a place is called comes before its text, where a word counts up to three times, and before the titles around.
  // Claims and figures are called by a whole sentence; a word in it says less than the same word in a heading.
  const WEIGHTS = { name: 8, text: 1, above: 2 };
  const KINDS = { page: 1, section: 1, term: 1, question: 0.9, claim: 0.5, figure: 0.4 };
  const SEVERAL = 3;

  const sentences = (text) => text.split(/(?<=[.!?。！？])\s+/u);

  function prepare({ pages, places }) {
    return places.map((place) => {
      const page = pages[place.page];
      const url = place.kind === "page" ? page.url : `${page.url}#${place.id}`;
      const whole = { names: "", text: "", above: "", ...place, url, on: page.title };
      const inside = place.kind === "page" ? "" : `${page.title} ${whole.above}`;
      const said = sentences(whole.text).map(wordsOf);
      const fields = { title: wordsOf(place.title), names: wordsOf(whole.names), text: said.flat(), above: wordsOf(inside) };
      return { ...whole, said, fields };
    });
  }

  // How well words answer one that was asked for; the few thousand words of the book are compared once a query.
  function answers(asked) {
    const known = new Map();
    return (word) => {
      if (!known.has(word)) known.set(word, likeness(word, asked));
      return known.get(word);
    };
  }
  const has = (words, asked) => asked.every((answer) => words.some(answer));

  function scoreOfWord({ title, names, text, above }, answer, kind) {
    const best = (words) => words.reduce((most, word) => Math.max(most, answer(word)), 0);
    const often = Math.min(text.filter(answer).length, SEVERAL);
    return (
      WEIGHTS.name * kind * Math.max(best(title), best(names)) +
      WEIGHTS.text * often * best(text) +
      WEIGHTS.above * kind * best(above)
    );
  }

  // What is asked for makes up much of the title, or stands there word by word; or one sentence has all of it.
  function bonus({ said, fields }, words, asked) {
    const share = (all) => all.filter((word) => asked.some((answer) => answer(word) > 0.5)).length / (all.length || 1);
    const phrase = ` ${fields.title.join(" ")}`.includes(` ${words.join(" ")}`);
    const together = asked.length > 1 && said.some((sentence) => has(sentence, asked));
    return 6 * Math.max(share(fields.title), share(fields.names)) + 4 * phrase + 2 * together;
  }

  // All places that have all words, the best first; among equals, the earlier one.
  function find(places, query) {
    const words = wordsOf(query), asked = words.map(answers), found = [];
    for (const place of asked.length ? places : []) {
      const kind = KINDS[place.kind];
      const scores = asked.map((answer) => scoreOfWord(place.fields, answer, kind));
      if (!scores.every(Boolean)) continue;
      found.push({ place, score: scores.reduce((a, b) => a + b) + kind * bonus(place, words, asked) });
    }
    return found.sort((a, b) => b.score - a.score).map(({ place }) => place);
  }

  const LENGTH = 240;

  // Of a term all, of others the sentence that has most of the words, with what follows while there is room.
  function excerpt(place, query) {
    if (place.kind === "term" || place.text.length <= LENGTH) return place.text;
    const asked = wordsOf(query).map(answers), all = sentences(place.text);
    const counts = place.said.map((words) => asked.filter((answer) => words.some(answer)).length);
    let first = counts.indexOf(Math.max(...counts)), text = all[first];
    for (let next = first + 1; next < all.length && `${text} ${all[next]}`.length <= LENGTH; next++) text += ` ${all[next]}`;
    return `${first ? "… " : ""}${shorten(text, query)}`.replace(/^… …/, "…");
  }
  function shorten(text, query) {
    if (text.length <= LENGTH) return text;
    const pieces = marked(text, query);
    const at = pieces[0][1] || pieces.length < 2 ? 0 : pieces[0][0].length;
    const start = at < LENGTH / 2 ? 0 : text.lastIndexOf(" ", at - LENGTH / 3) + 1;
    const end = start + LENGTH < text.length ? text.lastIndexOf(" ", start + LENGTH) : text.length;
    return `${start ? "… " : ""}${text.slice(start, end)}${end < text.length ? " …" : ""}`;
  }

  // The text in pieces, each with whether it answers the query.
  function marked(text, query) {
    const asked = wordsOf(query), pieces = [];
    let end = 0;
    const cut = (start, stop) => {
      if (start > end) pieces.push([text.slice(end, start), false]);
      pieces.push([text.slice(start, (end = stop)), true]);
    };
    for (const { 0: word, index } of text.matchAll(WORD)) {
      const one = asked.find((other) => likeness(plain(word), other));
      const offset = one && chinese(one) ? word.indexOf(one) : 0;
      if (one) cut(index + offset, index + offset + (chinese(one) ? one.length : word.length));
    }
    if (end < text.length) pieces.push([text.slice(end), false]);
    return pieces;
  }

  return { prepare, find, excerpt, marked, wordsOf };
})();

// ── The search page ──

if (globalThis.document) {
  const STEP = 10; // so many places at first, and with every "Show more"
  const field = document.querySelector(".bd-search-container input");
  const list = document.getElementById("search-results");
  const status = document.getElementById("search-status");
  const more = document.getElementById("search-more");
  const places = dlSearch.prepare(globalThis.dlPlaces);
  let found = [], query = "";

  const make = (name, className, ...children) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...children);
    return element;
  };
  const zh = (text) => Object.assign(make("span", "", text), { lang: "zh" });
  const spoken = (text) => text.split(/(\p{Script=Han}+)/u).map((part, i) => (i % 2 ? zh(part) : part));
  const mark = (text) => dlSearch.marked(text, query).flatMap(([piece, hit]) => (hit ? make("mark", "", ...spoken(piece)) : spoken(piece)));
  const link = (address, ...children) => Object.assign(make("a", "", ...children), { href: address });

  function line(place) {
    const [number, ...phrase] = place.kind === "term" ? [] : place.names.split(" ");
    const kind = make("span", "dl-found-kind", place.kind === "claim" ? `claim ${number}` : place.kind);
    const where = make("p", "dl-found-where", kind);
    if (place.verdict) {
      where.append(" ", make("span", "dl-word", place.verdict));
      where.lastChild.dataset.verdict = place.verdict;
    }
    where.append(" · ", [place.on, place.above].filter(Boolean).join(" › "));
    const said = mark(phrase.join(" ")); // the notes' own words, where they are what was found
    const notes = said.some((part) => part.tagName === "MARK") ? [make("p", "", ...said)] : [];
    const text = make("p", "", ...mark(dlSearch.excerpt(place, query)));
    return make("li", "", link(place.url, ...mark(place.title)), where, ...notes, text);
  }

  function showMore() {
    const shown = list.children.length;
    list.append(...found.slice(shown, shown + STEP).map(line));
    const left = found.length - list.children.length;
    more.hidden = left === 0;
    more.textContent = `Show ${Math.min(STEP, left)} more of ${found.length}`;
    return list.children[shown];
  }

  // Nothing has all of the words: say which of them the book does have.
  function hint() {
    const parts = dlSearch.wordsOf(query).map((word) => {
      const count = dlSearch.find(places, word).length;
      if (!count) return make("li", "", `“${word}” is nowhere in the book.`);
      return make("li", "", link(`?q=${encodeURIComponent(word)}`, word), `: ${count} ${count > 1 ? "places" : "place"}`);
    });
    return make("ul", "", ...parts);
  }

  function search() {
    query = field.value.trim();
    found = dlSearch.find(places, query);
    list.replaceChildren();
    status.replaceChildren();
    showMore();
    if (!query) return;
    const several = dlSearch.wordsOf(query).length > 1;
    if (found.length) status.append(`${found.length} ${found.length > 1 ? "places" : "place"} found.`);
    else status.append(`No place has ${several ? "all of these words" : "this word"}. Fewer letters find more.`, hint());
  }

  // The address keeps what was asked, so that Back returns to it; a page from a folder cannot change its own.
  function remember() {
    if (location.protocol !== "file:") history.replaceState(null, "", `?q=${encodeURIComponent(query)}`);
  }

  let waiting;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => (search(), remember()), 150);
  });
  more.addEventListener("click", () => showMore().querySelector("a").focus());
  // Down and up lead from the field to the places and back.
  document.querySelector(".bd-search-container").addEventListener("keydown", (event) => {
    const stops = [field, ...list.querySelectorAll("li > a")], here = stops.indexOf(document.activeElement);
    const next = stops[here + { ArrowDown: 1, ArrowUp: -1 }[event.key]];
    if (here < 0 || !next) return;
    event.preventDefault();
    next.focus();
  });
  field.value = new URLSearchParams(location.search).get("q") ?? "";
  search();
  field.focus({ preventScroll: true });
}
