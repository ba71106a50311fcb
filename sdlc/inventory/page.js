"use strict";
(() => {
  const input = document.getElementById("filter");
  const found = document.getElementById("found");
  const rows = [...document.querySelectorAll("#rows tbody tr")];
  let texts = null;
  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    texts = texts || rows.map((row) => row.textContent.toLowerCase());
    let count = 0;
    rows.forEach((row, number) => {
      const fits = words.every((word) => texts[number].includes(word));
      if (fits) count += 1;
      if (row.hidden === fits) row.hidden = !fits;
    });
    found.textContent = words.length ? (count === 1 ? "1 component" : `${count} components`) : "";
  };
  document.getElementById("find").hidden = false;
  input.addEventListener("input", filter);
})();
