/* Boxes that are wider than the page can be reached and scrolled by keyboard. */
(() => {
  const KINDS = { Table: ".table-wrapper", Code: "pre", Formula: ".formula" };
  const boxes = Object.entries(KINDS).flatMap(([kind, selector]) =>
    [...document.querySelectorAll(`article[role="main"] ${selector}`)].map((box, index) => {
      const caption = box.querySelector("caption .caption-text")?.textContent;
      return { box, label: `${kind} ${index + 1}${caption ? `: ${caption}` : ""}` };
    }));
  const update = () => {
    for (const { box, label } of boxes) {
      const wide = box.scrollWidth > box.clientWidth + 1;
      const values = { tabindex: "0", role: "region", "aria-label": `${label}, scrolls sideways` };
      for (const [name, value] of Object.entries(values))
        if (wide) box.setAttribute(name, value);
        else box.removeAttribute(name);
    }
  };
  const watcher = new ResizeObserver(update);
  for (const { box } of boxes) watcher.observe(box);
  document.fonts.ready.then(update);
})();
