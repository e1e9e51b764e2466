// On the page that is not there: which pages its address resembles. Two texts are as alike as
// the pairs of neighbouring letters that they share, and a folder counts less than a name.
(async () => {
  const box = document.getElementById("guesses");
  const plain = (text) => ` ${text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim()} `;
  const pairs = (text) => [...plain(text)].map((letter, at, all) => letter + (all[at + 1] ?? ""));

  function alike(one, other) {
    const [short, long] = [pairs(one), pairs(other)].sort((a, b) => a.length - b.length);
    const rest = [...long];
    const shared = short.filter((pair) => {
      const at = rest.indexOf(pair);
      if (at >= 0) rest.splice(at, 1);
      return at >= 0;
    });
    return (2 * shared.length) / (short.length + long.length);
  }

  const parts = (path) => path.replace(/(\/index)?\.html?$|\/$/, "").split("/").filter(Boolean);
  let wanted;
  try {
    wanted = parts(decodeURIComponent(location.pathname));
  } catch {
    wanted = parts(location.pathname); // no valid encoding
  }
  const name = wanted.at(-1);
  if (!name) return;

  const likeness = ({ path, title }) => {
    const [folder, own] = [path.at(-2) ?? "", path.at(-1) ?? ""];
    const best = Math.max(alike(name, own), alike(name, title));
    return best + 0.1 * alike(wanted.at(-2) ?? "", folder);
  };
  const root = new URL(box.dataset.articles.replace(/[^/]*$/, ""), location.href);
  const topics = [...document.querySelectorAll(".sidebar-tree a")].map((link) => ({
    title: link.textContent, href: link.href,
  }));
  const reply = await fetch(box.dataset.articles).catch(() => null);
  const { articles = [] } = reply?.ok ? await reply.json() : {};
  const pages = [
    ...topics,
    ...articles.map(({ title, url }) => ({ title, href: new URL(url, root).href })),
  ].map((page) => ({ ...page, path: parts(new URL(page.href).pathname) }));
  const guesses = pages
    .map((page) => ({ ...page, score: likeness(page) }))
    .filter(({ score }) => score > 0.4)
    .sort((a, b) => b.score - a.score)
    .slice(0, 3);
  for (const { title, href } of guesses) {
    const link = Object.assign(document.createElement("a"), { href, textContent: title });
    const item = document.createElement("li");
    item.append(link);
    box.querySelector("ul").append(item);
  }
  box.hidden = !guesses.length;
})();
