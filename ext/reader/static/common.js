/* What the parts share: the article, its data, and what this browser keeps of reading, under
   one key. Where storage is blocked everything is empty and nothing is kept. */
"use strict";
const reader = (() => {
  const KEY = "reader";
  const root = new URL(document.documentElement.dataset.content_root ?? "./", location).pathname;
  const data = document.getElementById("reader-data")?.textContent;
  return {
    article: document.querySelector('article[role="main"]'),
    data: data ? JSON.parse(data) : undefined, // on pages of articles
    /* An address as the name of its article: "storage/raid". */
    name: (href) =>
      new URL(href, location).pathname.slice(root.length).replace(/((^|\/)index)?\.html$|\/$/, ""),
    make: (tag, name, text = "") =>
      Object.assign(document.createElement(tag), { className: name, textContent: text }),
    /* By name, { read: true } or { at: heading, share: of 1, seen: "0110" a block }. */
    kept: () => {
      try {
        return Object(JSON.parse(localStorage.getItem(KEY)));
      } catch {
        return {};
      }
    },
    keep: (name, place) => {
      try {
        localStorage.setItem(KEY, JSON.stringify({ ...reader.kept(), [name]: place }));
      } catch { /* blocked or full */ }
    },
    /* All that the site keeps: privacy.md lists the keys. */
    forget: () => [KEY, "theme"].forEach((key) => localStorage.removeItem(key)),
  };
})();
