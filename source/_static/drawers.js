// The two drawers of a narrow window, which work without this by their checkboxes: here an open
// one keeps the focus, and Escape or a link within the page closes it.
(() => {
  const drawers = [
    ["__navigation", ".sidebar-drawer"],
    ["__toc", ".toc-drawer"],
  ]
    .map(([id, drawer]) => [document.getElementById(id), document.querySelector(drawer)])
    .filter(([toggle]) => toggle); // a short page has no contents
  const rest = document.querySelectorAll(".mobile-header, .content, .skip-to-content");

  function update() {
    const open = drawers.find(([toggle]) => toggle.checked && toggle.checkVisibility());
    for (const part of rest) part.inert = Boolean(open);
    for (const [toggle, drawer] of drawers) {
      toggle.inert = drawer.inert = Boolean(open) && drawer !== open[1];
    }
  }

  function close(focus) {
    for (const [toggle] of drawers) {
      if (!toggle.checked) continue;
      toggle.checked = false;
      update();
      if (focus) toggle.focus();
    }
  }

  for (const [toggle, drawer] of drawers) {
    toggle.addEventListener("change", update);
    drawer.addEventListener("click", (event) => {
      if (event.target.closest("a[href^='#']")) close(false);
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(true);
  });
  addEventListener("resize", update);
})();
