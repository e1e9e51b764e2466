/* Previews of footnotes, sources and other articles: by mouse after a moment, by keyboard at
   once, by a first tap. Notes and sources stand in the page; its data has the articles. */
(() => {
  const { article, data, make } = reader;
  if (!article) return;
  const links = data?.links ?? {};
  const box = make("div", "reader-preview");
  box.id = "reader-preview";
  box.hidden = true;
  article.append(box);

  /* The text of a note or source, without its links: they are where it stands. */
  const copy = (note) => {
    const text = make("div", "");
    text.append(...note.cloneNode(true).childNodes);
    for (const extra of text.querySelectorAll(".label, .backrefs, [role=doc-backlink]")) extra.remove();
    for (const link of text.querySelectorAll("a")) link.replaceWith(...link.childNodes);
    for (const named of text.querySelectorAll("[id]")) named.removeAttribute("id");
    return [text];
  };
  const card = ([title, description, minutes]) => [
    make("strong", "", title),
    make("p", "", description),
    make("p", "reader-minutes", `${minutes} min`),
  ];
  const content = (link) => {
    const [page, id] = link.getAttribute("href").split("#");
    if (link.closest(".reader-preview, .reader-related")) return;
    if (page) return Object.hasOwn(links, page) ? card(links[page]) : undefined;
    const note = id && document.getElementById(decodeURIComponent(id));
    if (note && note.matches("aside.footnote, .sources li")) return copy(note);
  };
  const linkOf = (target) => {
    const link = target.closest?.("a[href]");
    return link && content(link) ? link : undefined;
  };

  let open, timer, touched;
  /* Below the link, or above it where there is more room; never over it, never off the screen. */
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
      const follow = make("a", "", "Go there");
      follow.href = link.href;
      box.append(follow);
    } else link.setAttribute("aria-describedby", box.id);
    place();
    if (tapped) box.lastChild.focus({ preventScroll: true });
  };
  const hide = () => {
    clearTimeout(timer);
    if (!open) return;
    open.removeAttribute("aria-describedby");
    if (box.contains(document.activeElement)) open.focus({ preventScroll: true });
    open = undefined; // last: a link that gets its focus back stays closed
    box.hidden = true;
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
    if (target === open || box.contains(target)) return;
    const link = target.matches(":focus-visible") && linkOf(target);
    if (link) show(link);
    else hide();
  });
  article.addEventListener("focusout", ({ target, relatedTarget }) => {
    if (target === open && !box.contains(relatedTarget)) hide();
  });
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
