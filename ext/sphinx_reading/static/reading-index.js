/* Filters and sorts the first interactive index of a page. All state is in the form, and the
   form's in the address: ?q=…&topic=…&max=10&sort=title, only what differs from the default. */
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
    for (let head = block; (head = head.previousElementSibling)?.matches("h2, .reading-sum"); )
      heads.push(head);
    const sum = heads.find((head) => head.matches(".reading-sum"));
    const entries = [...list.children].map((node) => {
      const { title, description, topic, minutes, words } = node.dataset;
      const keys = { ...node.dataset, minutes: `${minutes} ${words}` }; // equals by words
      return { node, topic, minutes: +minutes, keys, text: fold([title, description, topic] + "") };
    });
    return { list, block, heads, sum, built: sum?.textContent, entries };
  });
  const all = groups.flatMap(({ entries }) => entries);

  const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const count = (entries) => {
    const shown = entries.filter(({ node }) => !node.hidden);
    const sum = shown.reduce((total, { minutes }) => total + minutes, 0);
    const pattern = status.dataset;
    const parts = [fill(pattern.count, { shown: shown.length, total: entries.length })];
    const time = { hours: Math.floor(sum / 60), minutes: sum % 60 };
    if (sum) parts.push(fill(time.hours ? pattern.hours : pattern.minutes, time));
    return parts.join(", ");
  };

  /* The built order keeps the groups; any other is one flat list, the first group's. */
  const arrange = () => {
    if (order === value("sort")) return;
    order = value("sort");
    const key = order.replace("-", "");
    const sign = order === key ? 1 : -1;
    const { compare } = new Intl.Collator(document.documentElement.lang || [], { numeric: true });
    const sorted = [...all].sort(({ keys: { [key]: a = "" } }, { keys: { [key]: b = "" } }) =>
      !a - !b || sign * compare(a, b)); // without a value: last
    const flat = [{ list: groups[0].list, entries: sorted }];
    for (const { list, entries } of order === builtOrder ? groups : flat)
      list.append(...entries.map(({ node }) => node));
  };

  const show = () => {
    const focused = document.activeElement;
    const words = fold(value("q")).split(/\s+/);
    const topic = value("topic");
    const most = +value("max") || Infinity;
    for (const entry of all)
      entry.node.hidden = (topic && entry.topic !== topic) || entry.minutes > most ||
        !words.every((word) => entry.text.includes(word));
    arrange();
    const flat = order !== builtOrder;
    view.classList.toggle("reading-flat", flat);
    groups.forEach(({ block, heads, sum, built, entries }, index) => {
      const shown = entries.filter(({ node }) => !node.hidden).length;
      block.hidden = flat ? index : !shown;
      for (const head of heads) head.hidden = flat || !shown;
      if (sum) sum.textContent = shown === entries.length ? built : count(entries);
    });
    for (const { cell, column } of columns) {
      if (order.replace("-", "") !== column) cell.removeAttribute("aria-sort");
      else cell.setAttribute("aria-sort", order === column ? "ascending" : "descending");
    }
    if (view.contains(focused)) visible(focused).focus({ preventScroll: true });
  };

  /* Heads of tables: buttons that set the same field as the form. */
  const columns = [...view.querySelectorAll("thead th")].map((cell) => {
    const button = document.createElement("button");
    const [, column] = cell.className.match(/reading-(\w+)/);
    button.type = "button";
    button.textContent = cell.textContent;
    button.onclick = () => {
      form.elements.sort.value = value("sort") === column ? `-${column}` : column;
      commit();
    };
    cell.replaceChildren(button);
    return { cell, button, column };
  });

  /* The element itself, the same head of another table, or the text field. */
  const visible = (element) => {
    const { column } = columns.find(({ button }) => button === element) ?? {};
    const twins = columns.filter((other) => other.column === column).map(({ button }) => button);
    return [element, ...twins].find((one) => !one.closest("[hidden]")) ?? fields[0];
  };

  /* The address follows when a change is complete: a choice, or a pause in typing. */
  let pause, frame;
  const commit = () => {
    update();
    const url = new URL(location);
    for (const field of fields) {
      const text = field.value.trim();
      if (text === standard(field)) url.searchParams.delete(field.name);
      else url.searchParams.set(field.name, text);
    }
    if (url.href !== location.href) history.pushState(null, "", url);
  };
  const restore = () => {
    const query = new URLSearchParams(location.search);
    for (const field of fields) {
      field.value = query.get(field.name) ?? standard(field);
      if (field.selectedIndex < 0) field.selectedIndex = 0; // no such choice
    }
    update();
  };
  const update = () => {
    clearTimeout(pause);
    show();
    status.textContent = count(all);
  };
  form.oninput = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(show);
    clearTimeout(pause);
    pause = setTimeout(commit, 500);
  };
  form.onchange = commit;
  form.onsubmit = (event) => (event.preventDefault(), commit());
  form.onreset = () => setTimeout(commit); // when the fields are empty
  addEventListener("popstate", restore);
  restore();
})();
