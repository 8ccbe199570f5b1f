"use strict";
(() => {
  const index = JSON.parse(document.getElementById("index").textContent);
  const lower = index.map((entry) => (entry[0] + " " + entry[2]).toLowerCase());
  const form = document.getElementById("search");
  const words = document.getElementById("words");
  const hits = document.getElementById("hits");
  const told = document.getElementById("told");
  const most = 200;
  const show = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    hits.replaceChildren();
    told.textContent = "";
    if (wanted.length === 0) return;
    let count = 0;
    index.forEach((entry, at) => {
      if (!wanted.every((word) => lower[at].includes(word))) return;
      count += 1;
      if (count > most) return;
      const link = document.createElement("a");
      link.href = entry[1];
      link.textContent = entry[0];
      const kind = document.createElement("span");
      kind.className = "count";
      kind.textContent = " " + entry[2];
      const item = document.createElement("li");
      item.append(link, kind);
      hits.append(item);
    });
    told.textContent = count > most ? "The first " + most + " of " + count + "." : count + " found.";
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  words.addEventListener("input", show);
  words.focus();
})();
