"use strict";
(() => {
  const MOST = 100;
  const reveal = (node) => { for (let one = node; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true; };
  const follow = () => {
    const target = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
    if (!target) return;
    if (before && target.closest("#rows") && !target.checkVisibility()) { input.value = ""; filter(); }
    reveal(target);
    target.scrollIntoView();
    if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
    target.focus({ preventScroll: true });
  };
  const input = document.getElementById("filter");
  const found = document.getElementById("found");
  const all = document.getElementById("open-all");
  const blocks = [...document.querySelectorAll("#rows details")];
  const rows = [...document.querySelectorAll("#rows tbody tr")];
  const whole = document.getElementById("rows");
  let texts = null;
  let hits = [];
  let before = null;
  const gather = () => { texts = texts || rows.map((row) => row.textContent.toLowerCase()); };
  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) {
      whole.classList.remove("filtered");
      for (const block of blocks) { block.hidden = false; if (before) block.open = before.has(block); }
      before = null;
      found.textContent = "";
      return;
    }
    before = before || new Set(blocks.filter((block) => block.open));
    gather();
    // Only what is shown is touched: hiding ten thousand rows one by one would take longer than finding them.
    for (const row of hits) row.classList.remove("hit");
    const around = new Set();
    let count = 0;
    hits = rows.filter((row, number) => words.every((word) => texts[number].includes(word)) && (count += 1) <= MOST);
    for (const row of hits) {
      row.classList.add("hit");
      for (let one = row.closest("details"); one; one = one.parentElement.closest("details")) around.add(one);
    }
    whole.classList.add("filtered");
    for (const block of blocks) {
      const shown = around.has(block);
      if (block.hidden === shown) block.hidden = !shown;
      if (block.open !== shown) block.open = shown;
    }
    const said = found.dataset;
    const form = count > MOST ? said.most : count === 1 ? said.one : count ? said.some : said.none;
    found.textContent = form.replace("{n}", count).replace("{most}", MOST);
  };
  document.getElementById("find").hidden = false;
  (window.requestIdleCallback || setTimeout)(gather);
  input.addEventListener("input", filter);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !input.value) return;
    document.getElementById("rows").scrollIntoView();
  });
  all.addEventListener("click", () => {
    const some = blocks.some((block) => !block.open);
    for (const block of blocks) block.open = some;
    all.textContent = some ? all.dataset.close : all.dataset.open;
  });
  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) follow();
  });
  follow();
})();
