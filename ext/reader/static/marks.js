/* Marks articles that were read where they are listed; and, on the page that says what the
   browser keeps, a button to forget it. */
(() => {
  const kept = readerShelf.all();
  const LISTS = ".reading-index, .toctree-wrapper, .reader-related";
  for (const link of document.querySelectorAll(`:is(${LISTS}) a[href]`)) {
    if (link.hash || !kept[readerShelf.name(link.href)]?.read) continue;
    const mark = document.createElement("span");
    mark.className = "reader-mark";
    mark.role = "img";
    mark.ariaLabel = mark.title = "read";
    link.closest("p, .line, li").append(mark);
  }

  const place = document.querySelector(".reader-forget");
  if (!place) return;
  const button = document.createElement("button");
  const said = document.createElement("output");
  button.type = "button";
  button.textContent = "Forget what this browser keeps";
  button.onclick = () => {
    try {
      readerShelf.forget();
      said.textContent = " Nothing is kept any more.";
    } catch {
      said.textContent = " This browser keeps nothing.";
    }
  };
  place.replaceChildren(button, said);
})();
