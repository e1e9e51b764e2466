/* How much of the article is read, by its words: a bar and the minutes left; and where it was
   left the last time. A block of text counts as seen when it stood still on the screen. */
(() => {
  const { article, data, make } = reader;
  if (!article || !data) return;
  const me = reader.name(location.href);

  const APART = "nav, details, .sources, .footnote, .knob, .knob-state, .knob-voice, .reading-byline,"
    + " .reader-lead, .reader-first";
  const BLOCKS = "p, li, dt, dd, pre, td, th, h2, h3, h4, figcaption, caption, .formula";
  const weigh = (text) => (text.match(/\S+/g) ?? []).reduce((sum, word) =>
    sum + (data.cjk && /[^\x00-\x7f]/.test(word) ? word.length : 1), 0);
  const blocks = [...article.querySelectorAll(BLOCKS)]
    .filter((block) => !block.closest(APART) && !block.querySelector(BLOCKS))
    .map((block) => ({ block, weight: weigh(block.textContent) }));
  const total = blocks.reduce((sum, { weight }) => sum + weight, 0);
  if (!total) return;
  const headings = [...article.querySelectorAll("section[id] > :is(h2, h3)")]
    .filter((heading) => !heading.closest(APART));

  const measure = () => blocks.map(({ block, weight }) => {
    const { top, bottom } = block.getBoundingClientRect();
    return { top, bottom, weight };
  });
  const above = (boxes, y) => boxes.reduce((sum, { top, bottom, weight }) =>
    sum + weight * Math.min(1, Math.max(0, (y - top) / (bottom - top || 1))), 0);
  const header = document.querySelector(".mobile-header");
  /* Of the words off the screen, the share above it: 0 at the beginning, 1 at the end. */
  const share = (boxes) => {
    const before = above(boxes, header?.offsetHeight ?? 0);
    const after = total - above(boxes, innerHeight);
    return before + after ? before / (before + after) : 1;
  };
  const left = (share) => `${Math.ceil(((1 - share) * data.words) / data.speed)} min left`;

  const bar = make("div", "reader-bar");
  const minutes = make("p", "reader-left");
  bar.ariaHidden = "true";
  article.append(bar, minutes);
  let moved = false;
  const show = () => {
    const now = share(measure());
    bar.style.transform = `scaleX(${now})`;
    minutes.textContent = moved && now > 0 && now < 1 ? left(now) : "";
  };

  const kept = reader.kept()[me] ?? {};
  const same = kept.seen?.length === blocks.length; // the article has not changed since
  const seen = blocks.map((_, index) => same && kept.seen[index] === "1");
  let { read } = kept;
  const note = () => {
    if (read || document.hidden) return;
    const boxes = measure();
    boxes.forEach(({ top, bottom }, index) => {
      if (bottom > 0 && top < innerHeight) seen[index] = true;
    });
    if (!moved) return;
    const known = blocks.reduce((sum, { weight }, index) => sum + weight * seen[index], 0);
    read = boxes.at(-1).bottom <= innerHeight && known > 0.6 * total;
    const heading = headings.findLast((one) => one.getBoundingClientRect().top < innerHeight / 2);
    if (!read && !heading) return;
    reader.keep(me, read ? { read } : {
      at: heading.parentElement.id,
      share: +share(boxes).toFixed(3),
      seen: seen.map(Number).join(""),
    });
  };

  /* Offers to go on, where one opens at the top what was left further down. */
  const target = kept.at && document.getElementById(kept.at)?.querySelector("h2, h3");
  let offer;
  if (target && !location.hash && share(measure()) === 0) {
    const link = make("a", "", `“${target.firstChild.textContent.trim()}”`);
    const close = make("button", "", "×");
    link.href = `#${kept.at}`;
    close.type = "button";
    close.ariaLabel = "Close";
    close.onclick = () => offer.remove();
    offer = make("p", "reader-resume", "Continue at ");
    offer.append(link, ` (${left(kept.share)}) `, close);
    article.prepend(offer);
  }

  let frame, rest, last = 0;
  const scrolled = () => {
    moved = true;
    offer?.remove();
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(show);
    clearTimeout(rest);
    rest = setTimeout(note, 400);
    if (Date.now() - last < 800) return;
    last = Date.now(); // on a long way, now and then
    note();
  };
  document.addEventListener("scroll", scrolled, { capture: true, passive: true });
  addEventListener("resize", show);
  addEventListener("pagehide", note);
  setTimeout(note, 1000);
  show();
})();
