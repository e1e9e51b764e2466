/* Previews of footnotes, sources and other articles: by mouse after a moment, by keyboard at
   once, by a first tap. Notes and sources stand in the page; the page's data has the articles. */
(() => {
  const article = document.querySelector('article[role="main"]');
  if (!article) return;
  const data = document.getElementById("reader-data")?.textContent;
  const { links = {} } = data ? JSON.parse(data) : {};
  const make = (tag, text, name = "") => {
    const element = document.createElement(tag);
    element.textContent = text;
    element.className = name;
    return element;
  };
  const box = make("div", "", "reader-preview");
  box.id = "reader-preview";
  box.hidden = true;
  article.append(box);

  /* The text of a note or source, without its links: they are where it stands. */
  const copy = (note) => {
    const text = document.createElement("div");
    text.append(...note.cloneNode(true).childNodes);
    for (const extra of text.querySelectorAll(".label, .backrefs, [role=doc-backlink]")) extra.remove();
    for (const link of text.querySelectorAll("a")) link.replaceWith(...link.childNodes);
    for (const named of text.querySelectorAll("[id]")) named.removeAttribute("id");
    return [text];
  };
  const card = ([title, description, minutes]) => [
    make("strong", title),
    make("p", description),
    make("p", `${minutes} min`, "reader-minutes"),
  ];
  const content = (link) => {
    const [page, id] = link.getAttribute("href").split("#");
    if (box.contains(link)) return;
    if (page) return Object.hasOwn(links, page) ? card(links[page]) : undefined;
    const note = id && document.getElementById(decodeURIComponent(id));
    if (note && note.matches("aside.footnote, .sources li")) return copy(note);
  };
  const linkOf = (target) => {
    const link = target.closest?.("a[href]");
    return link && content(link) ? link : undefined;
  };

  let open, timer;
  /* Below the link or above it, where there is more room; never over it, never off the screen. */
  const place = () => {
    const link = open.getBoundingClientRect();
    const top = document.querySelector(".mobile-header")?.offsetHeight ?? 0;
    const below = innerHeight - link.bottom - 14;
    const over = link.top - top - 14;
    const away = link.bottom < top || link.top > innerHeight; // or not yet scrolled to
    box.style.visibility = away ? "hidden" : "visible";
    box.style.maxHeight = "none";
    const down = box.offsetHeight <= below || below >= over;
    box.style.maxHeight = `${down ? below : over}px`;
    box.style.top = `${down ? link.bottom + 6 : link.top - 6 - box.offsetHeight}px`;
    const edge = document.documentElement.clientWidth - box.offsetWidth - 8;
    box.style.left = `${Math.max(8, Math.min(link.left, edge))}px`;
  };
  const show = (link, tapped) => {
    if (open !== link) hide();
    clearTimeout(timer);
    open = link;
    box.replaceChildren(...content(link));
    box.role = tapped ? "dialog" : "tooltip";
    box.ariaLabel = tapped ? "Preview" : null;
    box.hidden = false;
    if (tapped) {
      const follow = make("a", "Go there");
      follow.href = link.href;
      box.append(follow);
    } else link.setAttribute("aria-describedby", box.id);
    place();
    if (tapped) box.lastChild.focus({ preventScroll: true });
  };
  const hide = () => {
    clearTimeout(timer);
    if (!open) return;
    const link = open;
    const back = box.contains(document.activeElement);
    open = undefined;
    link.removeAttribute("aria-describedby");
    box.hidden = true;
    if (back) link.focus({ preventScroll: true });
  };
  const later = (action, delay) => {
    clearTimeout(timer);
    timer = setTimeout(action, delay);
  };

  article.addEventListener("pointerover", ({ target, pointerType }) => {
    if (pointerType !== "mouse") return;
    const link = linkOf(target);
    if (box.contains(target) || (link && link === open)) clearTimeout(timer);
    else if (link) later(() => show(link), 350);
  });
  article.addEventListener("pointerout", ({ pointerType }) => {
    if (pointerType === "mouse") later(() => document.activeElement !== open && hide(), 250);
  });
  article.addEventListener("focusin", ({ target }) => {
    const link = target.matches(":focus-visible") && linkOf(target);
    if (link) show(link);
    else if (!box.contains(target) && target !== open) hide();
  });
  article.addEventListener("focusout", ({ target, relatedTarget }) => {
    if (target === open && !box.contains(relatedTarget)) hide();
  });
  let touched = false;
  document.addEventListener("pointerdown", ({ target, pointerType }) => {
    touched = pointerType === "touch";
    if (!box.contains(target) && target.closest?.("a") !== open) hide();
  });
  article.addEventListener("click", (event) => {
    const link = linkOf(event.target);
    if (touched && link && link !== open) {
      event.preventDefault();
      show(link, true);
    } else if (event.target.closest("a")) hide();
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") hide();
    touched = false; // a click by keyboard follows the link
  });
  for (const change of ["scroll", "resize"])
    addEventListener(change, ({ target }) => open && target !== box && place(), { capture: true, passive: true });
})();
