
"use strict";
(function () {
  var form = document.getElementById("filters");
  var rows = Array.prototype.slice.call(document.querySelectorAll("tr[data-verdict]"));
  var people = Array.prototype.slice.call(document.querySelectorAll("section[data-host]"));
  var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });
  form.hidden = false;
  function apply() {
    var verdicts = {}, host = form.host.value, text = form.text.value.toLowerCase();
    form.querySelectorAll("[name=verdict]").forEach(function (box) { verdicts[box.value] = box.checked; });
    rows.forEach(function (row, index) {
      row.hidden = !(verdicts[row.dataset.verdict] && (!text || texts[index].indexOf(text) >= 0));
    });
    people.forEach(function (part) { part.hidden = Boolean(host) && part.dataset.host !== host; });
    if (text) { document.querySelectorAll("details.order").forEach(function (part) { part.open = true; }); }
  }
  form.addEventListener("input", apply);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
}());
