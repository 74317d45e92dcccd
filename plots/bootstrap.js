(function () {
  "use strict";
  function drawAll(lib) {
    var figures = document.querySelectorAll("figure[data-tlkit-chart]:not([data-tlkit-drawn])");
    for (var i = 0; i < figures.length; i++) { draw(lib, figures[i]); }
  }
  function draw(lib, figure) {
    figure.setAttribute("data-tlkit-drawn", "");
    var svg = figure.querySelector("svg"), at = document.createElement("div"), chart;
    function still() { if (chart) { chart.dispose(); } at.remove(); svg.style.display = ""; }
    try {
      var option = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
      var w = +figure.getAttribute("data-width"), h = +figure.getAttribute("data-height");
      at.style.cssText = "width:100%;max-width:" + w + "px;height:" + h + "px";
      svg.parentNode.insertBefore(at, svg);
      chart = lib.init(at, null, { renderer: "svg", width: Math.max(at.clientWidth || w, 280), height: h });
      chart.setOption(option);
      svg.style.display = "none";
      window.addEventListener("resize", function () { if (at.clientWidth) { chart.resize({ width: Math.max(at.clientWidth, 280) }); } });
      window.addEventListener("beforeprint", function () { at.style.display = "none"; svg.style.display = ""; });
      window.addEventListener("afterprint", function () { at.style.display = ""; svg.style.display = "none"; });
    } catch (e) { still(); }
  }
  if (window.tlkitECharts) { drawAll(window.tlkitECharts); return; }
  if (window.tlkitEChartsWaiting) { return; } // stays set where ECharts cannot be had: it is asked for once a page
  var config = document.getElementById("jupyter-config-data"), base;
  try { base = config ? JSON.parse(config.textContent).baseUrl : document.body.getAttribute("data-base-url"); } catch (e) { base = null; }
  if (!base) { return; }
  window.tlkitEChartsWaiting = true;
  var s = document.createElement("script");
  s.src = base.replace(/\/*$/, "/") + "kernelspecs/tlkit/echarts.min.js";
  s.onload = function () { window.tlkitEChartsWaiting = false; if (window.tlkitECharts) { drawAll(window.tlkitECharts); } };
  document.head.appendChild(s);
})();
