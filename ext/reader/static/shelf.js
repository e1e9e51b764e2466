/* What this browser keeps of reading, under one key: which articles were read, where others
   were left. Where storage is blocked everything is empty and nothing is kept. */
"use strict";
const readerShelf = (() => {
  const KEY = "reader";
  const root = new URL(document.documentElement.dataset.content_root ?? "./", location).pathname;
  /* An address as the name of its article: "storage/raid". */
  const name = (href) =>
    new URL(href, location).pathname.slice(root.length).replace(/((^|\/)index)?\.html$|\/$/, "");
  const all = () => {
    try {
      return Object(JSON.parse(localStorage.getItem(KEY)));
    } catch {
      return {};
    }
  };
  const put = (article, place) => {
    try {
      localStorage.setItem(KEY, JSON.stringify({ ...all(), [article]: place }));
    } catch { /* blocked or full */ }
  };
  /* All that the site keeps: privacy.md lists the keys. */
  const forget = () => [KEY, "theme"].forEach((key) => localStorage.removeItem(key));
  return { name, all, put, forget };
})();
