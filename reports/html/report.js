// Filters the findings of this page and switches its language. The page is complete without it; nothing here reads or sends anything.
(function () {
  "use strict";
  var filter = function (form) {
    var cards = Array.prototype.slice.call(document.querySelectorAll(".cards .f"));
    var boxes = Array.prototype.slice.call(form.querySelectorAll("input[type=checkbox]"));
    var selects = Array.prototype.slice.call(form.querySelectorAll("select"));
    var search = form.querySelector("input[type=search]");
    var count = form.querySelector(".count");
    var nothing = document.querySelector(".cards .none");
    var chunks = Array.prototype.slice.call(document.querySelectorAll(".cards .chunk"));
    var groups = Array.prototype.slice.call(document.querySelectorAll(".cards [data-group]"));
    var texts = [];
    var number = new Intl.NumberFormat("en-US");

    var visibleChild = function (box) { return box.querySelector(".f:not([hidden])") !== null; };

    // The words of every finding, gathered while nobody waits: of 200,000 that takes seconds.
    var read = function (until) {
      for (var place = texts.length; place < until; place += 1) {
        texts.push((cards[place].textContent + " " + cards[place].id).toLowerCase());
      }
    };
    var readIdly = function (idle) {
      while (texts.length < cards.length && idle.timeRemaining() > 4) { read(Math.min(cards.length, texts.length + 100)); }
      if (texts.length < cards.length) { requestIdleCallback(readIdly); }
    };
    if (window.requestIdleCallback) { requestIdleCallback(readIdly); }

    var apply = function () {
      var severities = {};
      boxes.forEach(function (box) { severities[box.value] = box.checked; });
      var wanted = selects.filter(function (select) { return select.value; });
      var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      if (words.length) { read(cards.length); }
      var shown = 0;
      cards.forEach(function (card, index) {
        var keep = severities[card.dataset.severity] &&
          wanted.every(function (select) { return card.dataset[select.name] === select.value; }) &&
          words.every(function (word) { return texts[index].indexOf(word) >= 0; });
        if (card.hidden === keep) { card.hidden = !keep; }
        if (keep) { shown += 1; }
      });
      chunks.forEach(function (chunk) { chunk.hidden = !visibleChild(chunk); });
      groups.forEach(function (group) { group.hidden = !group.querySelector(".chunk:not([hidden])"); });
      nothing.hidden = shown > 0;
      count.textContent = count.dataset.template
        .replace("{shown}", number.format(shown)).replace("{total}", number.format(cards.length));
    };

    var timer = 0;
    form.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(apply, 150);
    });
    form.addEventListener("reset", function () { setTimeout(apply, 0); });
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    var expand = form.querySelector("[data-expand]");
    if (expand) {
      expand.addEventListener("click", function () {
        var open = expand.getAttribute("aria-pressed") !== "true";
        cards.forEach(function (card) { if (!card.hidden) { card.open = open; } });
        expand.setAttribute("aria-pressed", String(open));
        expand.textContent = open ? expand.dataset.close : expand.dataset.open;
      });
    }
    form.hidden = false;
    apply();
  };

  // The other language lies in a template, whose ids and controls are none of the page's until they are taken out.
  var template = document.getElementById("other-language");
  var page = document.getElementById("page");
  var exchange = function () {
    var shown = document.createDocumentFragment();
    while (page.firstChild) { shown.appendChild(page.firstChild); }
    page.appendChild(template.content);
    template.content.appendChild(shown);
    var root = document.documentElement, language = root.lang, title = document.title;
    root.lang = template.lang;
    document.title = template.dataset.title;
    template.lang = language;
    template.dataset.title = title;
    start();
    page.querySelector("[data-switch]").focus();
  };

  var start = function () {
    var form = page.querySelector("form.filters");
    if (form && form.hidden) { filter(form); }
    var button = page.querySelector("[data-switch]");
    if (button && template && button.hidden) {
      button.hidden = false;
      button.addEventListener("click", exchange);
    }
  };
  start();

  // A link to a finding opens it.
  var reveal = function () {
    var target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") { target.open = true; target.scrollIntoView(); }
  };
  window.addEventListener("hashchange", reveal);
  reveal();

  // Paper shows everything; browsers without ::details-content need the details opened for it.
  if (!(window.CSS && CSS.supports && CSS.supports("selector(::details-content)"))) {
    var opened = [];
    window.addEventListener("beforeprint", function () {
      opened = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
      opened.forEach(function (details) { details.open = true; });
    });
    window.addEventListener("afterprint", function () {
      opened.forEach(function (details) { details.open = false; });
    });
  }
}());
