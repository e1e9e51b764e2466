// Numbers that follow the page's knobs, and the switch that shows what gave each of them.
"use strict";
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);

  const button = one(".calc-switch");
  const model = one("details.calc-source");
  const toggle = () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", on);
    all(".calc-expression").forEach((link) => link.remove());
    for (const number of on ? all(".calc") : []) {
      const link = document.createElement("a");
      link.className = "calc-expression";
      link.href = `#${model.id}`;
      link.textContent = number.title;
      (number.closest("a") || number).after(link);
    }
  };
  if (button && model) {
    button.hidden = false;
    button.addEventListener("click", toggle);
    document.addEventListener("click", ({ target }) => {
      if (target.closest(".calc-expression")) model.open = true;
      else if (target.closest(".calc") && !target.closest("a") && getSelection().isCollapsed) toggle();
    });
  }

  const table = one(".knob-table");
  if (!table) return;
  // knobs: [name, values, unit, default]; cells: [knobs that move it, texts, last knob fastest]
  const { knobs, cells } = JSON.parse(table.textContent);
  const inputs = knobs.map(([name]) => document.getElementById(`knob-${name.replaceAll("_", "-")}`));
  const state = one(".knob-state");
  const voice = one(".knob-voice");
  if (!inputs.every(Boolean)) return;

  const home = knobs.map((knob) => knob[3]);
  const here = () => inputs.map((input) => +input.value);
  const pick = ([along, texts], at) =>
    texts[along.reduce((sum, knob) => sum * knobs[knob][1].length + at[knob], 0)];

  const show = () => {
    const at = here();
    knobs.forEach(([, texts, unit], knob) => {
      const value = `${texts[at[knob]]} ${unit}`.trim();
      inputs[knob].setAttribute("aria-valuetext", value);
      inputs[knob].nextElementSibling.textContent = value;
    });
    cells.forEach((cell, number) => {
      const text = pick(cell, at);
      for (const place of all(`[data-cell="${number}"]`)) {
        if (place.matches(".calc")) place.textContent = text;
        else place.innerHTML = text;
        place.classList.toggle("calc-moved", text !== pick(cell, home));
      }
    });
    state.querySelector("b").textContent = words();
    state.hidden = at.every((value, knob) => value === home[knob]);
  };
  const words = () =>
    inputs.map((input) => `${input.previousElementSibling.textContent} ${input.nextElementSibling.textContent}`).join(", ");
  const tell = () => {
    const url = new URL(location.href);
    knobs.forEach(([name, texts], knob) => {
      const at = +inputs[knob].value;
      if (at === home[knob]) url.searchParams.delete(name);
      else url.searchParams.set(name, texts[at]);
    });
    try {
      history.replaceState(history.state, "", url);
    } catch {} // a browser may refuse; the numbers stand all the same
    voice.textContent = voice.dataset.say.replace("%s", words()).replace("%n", all(".calc-moved").length);
  };
  const follow = () => {
    const query = new URLSearchParams(location.search);
    knobs.forEach(([name, texts], knob) => {
      const at = texts.indexOf(query.get(name));
      inputs[knob].value = at < 0 ? home[knob] : at;
    });
    show();
  };

  for (const input of inputs) {
    input.addEventListener("input", show);
    input.addEventListener("change", tell);
    input.parentElement.hidden = false;
  }
  state.querySelector("button").addEventListener("click", () => {
    inputs.forEach((input, knob) => (input.value = home[knob]));
    show();
    tell();
    inputs[0].focus();
  });
  addEventListener("popstate", follow);
  follow();
})();
