/* Filters and sorts the first interactive index of a page. All state is in the form, and the
   form's in the address: ?q=…&topic=…&max=10&sort=title, what differs from the default only. */
"use strict";
(() => {
  const view = document.querySelector(".reading-interactive");
  if (!view) return;
  view.prepend(view.querySelector("template").content);

  const form = view.querySelector("form");
  const status = form.querySelector("output");
  const fields = [...form.elements].filter((field) => field.name);
  const standard = (field) => (field.options ? field.options[0].value : "");
  const value = (name) => form.elements[name]?.value ?? "";
  const builtOrder = standard(form.elements.sort);
  let order = builtOrder; // the one in which the entries stand now

  /* One case, no accents, plain apostrophes and dashes. */
  const fold = (text) =>
    text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[‘’]/g, "'")
      .replace(/[‐-―−]/g, "-").toLowerCase();

  const groups = [...view.querySelectorAll("ul, tbody")].map((list) => {
    let block = list; // what stands in the view itself: the list, or a wrapper of the table
    while (block.parentNode !== view) block = block.parentNode;
    const heads = [];
    for (let head = block; (head = head.previousElementSibling)?.matches(".reading-topic, .reading-sum"); )
      heads.push(head);
    const sum = heads.find((head) => head.matches(".reading-sum"));
    const entries = [...list.children].map((node) => {
      const { title, description = "", topic = "", minutes, words } = node.dataset;
      const text = fold([title, description, topic].join("\n"));
      // equal minutes are sorted by words
      const keys = { ...node.dataset, minutes: `${minutes} ${words}` };
      return { node, topic, text, minutes: Number(minutes), keys };
    });
    return { list, block, heads, sum, sumText: sum?.textContent, entries };
  });
  const all = groups.flatMap((group) => group.entries);

  const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const count = (entries) => {
    const shown = entries.filter((entry) => !entry.node.hidden);
    const sum = shown.reduce((total, entry) => total + entry.minutes, 0);
    const [hours, minutes] = [Math.floor(sum / 60), sum % 60];
    const { one, many, minutes: short, hours: long } = status.dataset;
    const articles = entries.length === 1 ? one : many;
    const parts = [fill(articles, { shown: shown.length, total: entries.length })];
    if (sum) parts.push(fill(hours ? long : short, { hours, minutes }));
    return { shown: shown.length, text: parts.join(", ") };
  };

  /* The built order keeps the groups; any other is one flat list, the first group's. */
  const arrange = () => {
    if (order === value("sort")) return;
    order = value("sort");
    if (order === builtOrder) {
      for (const { list, entries } of groups) list.append(...entries.map(({ node }) => node));
    } else {
      const key = order.replace("-", "");
      const sign = order === key ? 1 : -1;
      const { compare } = new Intl.Collator(document.documentElement.lang || [], { numeric: true });
      const sorted = [...all].sort(({ keys: { [key]: a = "" } }, { keys: { [key]: b = "" } }) =>
        !a - !b || sign * compare(a, b)); // without a value: last
      groups[0].list.append(...sorted.map(({ node }) => node));
    }
  };

  const show = () => {
    const focused = document.activeElement;
    const words = fold(value("q")).split(/\s+/);
    const topic = value("topic");
    const most = Number(value("max")) || Infinity;
    for (const entry of all)
      entry.node.hidden = !(
        words.every((word) => entry.text.includes(word)) &&
        (!topic || entry.topic === topic) && entry.minutes <= most);
    arrange();
    const flat = order !== builtOrder;
    view.classList.toggle("reading-flat", flat);
    groups.forEach(({ block, heads, sum, sumText, entries }, index) => {
      const { shown, text } = count(entries);
      block.hidden = flat ? index > 0 : !shown;
      for (const head of heads) head.hidden = flat || !shown;
      if (sum) sum.textContent = shown === entries.length ? sumText : text;
    });
    markHeads();
    // an entry that moved, or the head of a table that went, takes the focus with it
    if (view.contains(focused)) visibleTwin(focused).focus({ preventScroll: true });
  };

  /* Heads of tables: buttons that set the same field as the form. */
  const columns = ["number", "title", "minutes", "words", "updated"];
  const heads = [...view.querySelectorAll("thead th")].map((cell, index) => {
    const button = document.createElement("button");
    const column = columns[index % columns.length];
    button.type = "button";
    button.textContent = cell.textContent;
    button.addEventListener("click", () => {
      form.elements.sort.value = value("sort") === column ? `-${column}` : column;
      commit();
    });
    cell.replaceChildren(button);
    return { cell, button, column };
  });
  const markHeads = () => {
    for (const { cell, column } of heads) {
      if (order.replace("-", "") !== column) cell.removeAttribute("aria-sort");
      else cell.setAttribute("aria-sort", order === column ? "ascending" : "descending");
    }
  };
  const visibleTwin = (element) => {
    if (!element.closest("[hidden]")) return element;
    const column = heads.find(({ button }) => button === element)?.column;
    const twin = heads.find((head) => head.column === column && !head.cell.closest("[hidden]"));
    return twin?.button ?? fields[0];
  };

  /* The address follows when a change is complete: a choice, or a pause in typing. */
  let pause, frame;
  const commit = () => {
    clearTimeout(pause);
    show();
    status.textContent = count(all).text;
    const url = new URL(location);
    for (const field of fields) {
      const text = field.value.trim();
      if (text === standard(field)) url.searchParams.delete(field.name);
      else url.searchParams.set(field.name, text);
    }
    if (url.href !== location.href) history.pushState(null, "", url);
  };
  const restore = () => {
    clearTimeout(pause);
    const query = new URLSearchParams(location.search);
    for (const field of fields) {
      field.value = query.get(field.name) ?? standard(field);
      if (field.selectedIndex < 0) field.selectedIndex = 0; // no such choice
    }
    show();
    status.textContent = count(all).text;
  };
  form.addEventListener("input", () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(show);
    clearTimeout(pause);
    pause = setTimeout(commit, 500);
  });
  form.addEventListener("change", commit);
  form.addEventListener("submit", (event) => (event.preventDefault(), commit()));
  form.addEventListener("reset", () => setTimeout(commit)); // when the fields are empty
  addEventListener("popstate", restore);
  restore();
})();
