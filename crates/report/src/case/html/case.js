
"use strict";
(function () {
  // What a link leads to may stand in parts that are folded.
  function reveal() {
    var target = location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    for (var part = target; part; part = part.parentElement) { if (part.tagName === "DETAILS") { part.open = true; } }
    if (target) { target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", reveal);
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (part) { part.open = true; });
  });
  document.querySelectorAll("pre.command").forEach(function (pre) {
    var button = document.createElement("button");
    var text = pre.textContent;
    button.type = "button"; button.className = "copy"; button.textContent = "copy";
    button.addEventListener("click", function () {
      function told(done) { button.textContent = done ? "copied" : "press Ctrl+C"; }
      var range = document.createRange();
      range.selectNodeContents(pre.firstChild);
      getSelection().removeAllRanges(); getSelection().addRange(range);
      if (navigator.clipboard) {
        navigator.clipboard.writeText(text).then(function () { told(true); }, function () { told(false); });
      } else { told(false); }
    });
    pre.appendChild(button);
  });
  document.querySelectorAll(".canvas").forEach(function (canvas) {
    var svg = canvas.querySelector("svg"), held = null, moved = false;
    canvas.addEventListener("wheel", function (event) {
      if (!event.ctrlKey) { return; }
      event.preventDefault();
      var box = svg.getBoundingClientRect(), frame = canvas.getBoundingClientRect();
      var wide = Math.min(12000, Math.max(300, box.width * (event.deltaY < 0 ? 1.15 : 1 / 1.15)));
      var share = (event.clientX - box.left) / box.width, down = (event.clientY - box.top) / box.height;
      svg.style.width = wide + "px"; svg.style.minWidth = "0";
      var now = svg.getBoundingClientRect();
      canvas.scrollLeft = share * now.width - (event.clientX - frame.left);
      canvas.scrollTop = down * now.height - (event.clientY - frame.top);
    }, { passive: false });
    canvas.parentElement.addEventListener("change", function () { svg.style.width = ""; svg.style.minWidth = ""; });
    canvas.addEventListener("mousedown", function (event) {
      if (event.button === 0) { held = [event.clientX, event.clientY, canvas.scrollLeft, canvas.scrollTop]; moved = false; }
    });
    window.addEventListener("mousemove", function (event) {
      if (!held) { return; }
      var x = event.clientX - held[0], y = event.clientY - held[1];
      moved = moved || Math.abs(x) + Math.abs(y) > 5;
      canvas.scrollLeft = held[2] - x; canvas.scrollTop = held[3] - y;
    });
    window.addEventListener("mouseup", function () { held = null; });
    canvas.addEventListener("dragstart", function (event) { event.preventDefault(); });
    canvas.addEventListener("click", function (event) { if (moved) { event.preventDefault(); moved = false; } }, true);
  });
  reveal();
}());
