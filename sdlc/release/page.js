"use strict";
(() => {
  const MOST = 100;
  const reveal = (node) => { for (let one = node; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true; };
  const follow = () => {
    const target = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
    if (!target) return;
    if (target.hidden || target.closest("[hidden]")) { input.value = ""; filter(); }
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
  let texts = null;
  let before = null;
  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) {
      for (const row of rows) row.hidden = false;
      for (const block of blocks) { block.hidden = false; if (before) block.open = before.has(block); }
      before = null;
      found.textContent = "";
      return;
    }
    before = before || new Set(blocks.filter((block) => block.open));
    texts = texts || rows.map((row) => row.textContent.toLowerCase());
    const hit = new Set();
    let count = 0;
    rows.forEach((row, number) => {
      const fits = words.every((word) => texts[number].includes(word));
      const shown = fits && count < MOST;
      if (fits) count += 1;
      if (row.hidden === shown) row.hidden = !shown;
      if (shown) for (let one = row.closest("details"); one; one = one.parentElement.closest("details")) hit.add(one);
    });
    for (const block of blocks) { block.hidden = !hit.has(block); block.open = hit.has(block); }
    found.textContent = count > MOST ? `${count} rows, the first ${MOST} shown` : count === 1 ? "1 row" : `${count} rows`;
  };
  document.getElementById("find").hidden = false;
  input.addEventListener("input", filter);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !input.value) return;
    document.getElementById("rows").scrollIntoView();
  });
  all.addEventListener("click", () => {
    const some = blocks.some((block) => !block.open);
    for (const block of blocks) block.open = some;
    all.textContent = some ? "Close all rows" : "Open all rows";
  });
  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) follow();
  });
  follow();
})();
