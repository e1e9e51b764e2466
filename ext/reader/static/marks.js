/* Marks articles that were read where they are listed; and, on the page that says what the
   browser keeps, a button to forget it. */
(() => {
  const kept = reader.kept();
  const LISTS = ".reading-index, .toctree-wrapper, .reader-related";
  for (const link of document.querySelectorAll(`:is(${LISTS}) a[href]`)) {
    if (link.hash || !kept[reader.name(link.href)]?.read) continue;
    const mark = reader.make("span", "reader-mark");
    mark.role = "img";
    mark.ariaLabel = mark.title = "read";
    link.closest("p, .line, li").append(mark);
  }

  const place = document.querySelector(".reader-forget");
  if (!place) return;
  const button = reader.make("button", "", "Forget what this browser keeps");
  const said = reader.make("output", "");
  button.type = "button";
  button.onclick = () => {
    try {
      reader.forget();
      said.textContent = " Nothing is kept any more.";
    } catch {
      said.textContent = " This browser keeps nothing.";
    }
  };
  place.replaceChildren(button, said);
})();
