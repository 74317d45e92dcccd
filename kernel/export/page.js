(function () {
  "use strict";
  var byId = function (id) { return document.getElementById(id); };
  var all = function (q) { return Array.prototype.slice.call(document.querySelectorAll(q)); };

  document.querySelector(".tools").hidden = false;
  if (window.matchMedia("(max-width: 959px)").matches) {
    all("nav.toc details, details.provenance").forEach(function (d) { d.open = false; });
  }

  // Code, folded all at once.
  var fold = byId("fold"), code = all("details.code");
  var folded = code.length > 0 && code.every(function (d) { return !d.open; });
  var say = function () {
    fold.textContent = folded ? "Show all code" : "Fold all code";
    fold.setAttribute("aria-pressed", String(folded));
  };
  fold.hidden = code.length === 0;
  say();
  fold.addEventListener("click", function () {
    folded = !folded;
    code.forEach(function (d) { d.open = !folded; });
    say();
  });

  // The notebook that the page carries.
  var carried = byId("tlkit-notebook"), download = byId("download");
  if (!window.DecompressionStream) { download.hidden = true; }
  download.addEventListener("click", function () {
    var raw = Uint8Array.from(atob(carried.textContent.trim()), function (c) { return c.charCodeAt(0); });
    var plain = new Response(new Blob([raw]).stream().pipeThrough(new DecompressionStream("gzip")));
    plain.blob().then(function (b) {
      var a = document.createElement("a");
      a.href = URL.createObjectURL(b);
      a.download = carried.dataset.name;
      a.click();
      URL.revokeObjectURL(a.href);
    });
  });

  // Where the reader is, in the contents.
  var links = all("nav.toc a"), target = {};
  links.forEach(function (a) { target[decodeURIComponent(a.hash.slice(1))] = a; });
  if (window.IntersectionObserver && links.length) {
    var seen = new IntersectionObserver(function (entries) {
      entries.forEach(function (e) {
        if (!e.isIntersecting) { return; }
        links.forEach(function (a) { a.removeAttribute("aria-current"); });
        target[e.target.id].setAttribute("aria-current", "true");
      });
    }, { rootMargin: "0px 0px -75% 0px" });
    Object.keys(target).forEach(function (id) { if (byId(id)) { seen.observe(byId(id)); } });
  }

  window.addEventListener("beforeprint", function () { code.forEach(function (d) { d.open = true; }); });
})();
