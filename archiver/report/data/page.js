(function () {
  "use strict";
  var form = document.getElementById("filter");
  if (!form) { return; }
  var cards = Array.prototype.slice.call(document.querySelectorAll(".wall [data-a]"));
  var told = document.getElementById("told");
  var waiting = 0;
  function folded(text) {
    return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  }
  function part(id) {
    return document.getElementById(id);
  }
  function apply() {
    var words = folded(form.elements.q.value).split(/\s+/).filter(Boolean);
    var wanted = [["f", form.elements.f.value], ["d", form.elements.d.value], ["p", form.elements.p.value]];
    var shown = 0;
    cards.forEach(function (card) {
      var text = card.getAttribute("data-t");
      var fits = words.every(function (word) { return text.indexOf(word) >= 0; }) &&
        wanted.every(function (one) {
          return !one[1] || (card.getAttribute("data-" + one[0]) + "|").indexOf("|" + one[1] + "|") >= 0;
        });
      if (card.hidden === fits) {
        card.hidden = !fits;
        var section = part(card.getAttribute("data-a"));
        if (section) { section.hidden = !fits; }
      }
      shown += fits;
    });
    told.textContent = shown === cards.length ? "" :
      shown.toLocaleString("en") + " of " + cards.length.toLocaleString("en") + " shown";
  }
  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 120);
  }
  form.hidden = false;
  form.addEventListener("input", soon);
  form.addEventListener("submit", function (event) { event.preventDefault(); apply(); });
  form.addEventListener("reset", function () { setTimeout(apply, 0); });
  document.addEventListener("play", function (event) {
    var players = document.getElementsByTagName("audio");
    for (var i = 0; i < players.length; i += 1) {
      if (players[i] !== event.target) { players[i].pause(); }
    }
  }, true);
}());
