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

  // Charts: each is data (an ECharts option as JSON) beside its still picture, which stays where drawing fails.
  var lib = window.tlkitECharts || window.echarts;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var charts = all('main script[type="application/json"]').map(function (data) {
    var option;
    try { option = JSON.parse(data.textContent); } catch (e) { return null; }
    var home = data.closest("[data-tlkit-chart]") || data.parentElement;
    var still = home.querySelector("svg");
    if (!option || typeof option !== "object" || !option.series || !still) { return null; }
    return { option: option, home: home, still: still, at: null, chart: null };
  }).filter(Boolean);
  var draw = function (c) {
    var box = c.still.getBoundingClientRect();
    if (!c.at) {
      if (box.width < 2 || box.height < 2) { return; }
      c.at = document.createElement("div");
      c.at.className = "drawn";
      c.at.style.cssText = "width:100%;max-width:" + box.width + "px;height:" + box.height + "px";
      c.still.parentNode.insertBefore(c.at, c.still);
    }
    if (c.chart) { c.chart.dispose(); }
    try {
      c.chart = lib.init(c.at, dark.matches ? "dark" : null);
      c.option.backgroundColor = c.option.backgroundColor || "transparent";
      c.chart.setOption(c.option);
      c.still.style.display = "none";
    } catch (e) {
      c.at.remove(); c.at = null; c.chart = null;
      c.still.style.display = "";
    }
  };
  var drawAll = function () { if (lib) { charts.forEach(draw); } };
  drawAll();
  if (dark.addEventListener) { dark.addEventListener("change", drawAll); }
  window.addEventListener("resize", function () { charts.forEach(function (c) { if (c.chart) { c.chart.resize(); } }); });

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

  window.addEventListener("beforeprint", function () {
    code.forEach(function (d) { d.open = true; });
    all("details.provenance").forEach(function (d) { d.open = true; });
  });
})();
