
"use strict";
(function () {
  var form = document.getElementById("filters");
  var items = Array.prototype.slice.call(document.querySelectorAll("[data-level]"));
  var trees = Array.prototype.slice.call(document.querySelectorAll(".tree"));
  var texts = items.map(function (item) { return item.textContent.toLowerCase(); });
  var nothing = document.querySelector(".nothing");
  form.hidden = false;
  function apply() {
    var levels = {}, cards = 0;
    form.querySelectorAll("[name=level]").forEach(function (box) { levels[box.value] = box.checked; });
    var host = form.host.value, rule = form.rule.value, text = form.text.value.toLowerCase();
    items.forEach(function (item, index) {
      var fits = levels[item.dataset.level] && (!host || item.dataset.host === host) &&
        (!rule || item.dataset.rule === rule) && (!text || texts[index].indexOf(text) >= 0);
      item.hidden = !fits;
      if (fits && item.tagName === "DETAILS") { cards += 1; }
    });
    trees.forEach(function (tree) { tree.hidden = Boolean(host) && tree.dataset.host !== host; });
    nothing.hidden = cards > 0;
  }
  form.addEventListener("input", apply);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
}());
