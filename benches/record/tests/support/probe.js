// Looks at the page as a reader would, and tells the frame around it what there is.
addEventListener("load", () => {
  const errors = window.probeErrors;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const wide = (element) => element.getBoundingClientRect().width > 1;
  const paths = all(".lines path");
  const drawn = (path) => {
    const box = path.getBoundingClientRect();
    return path.getTotalLength() > 20 && box.width + box.height > 10 &&
      getComputedStyle(path).stroke !== "none";
  };
  const bars = all(".bars .bar");
  const barWidth = (bar) => parseFloat(getComputedStyle(bar, "::before").width);
  const plots = all(".plot");
  const first = plots[0];

  const move = (plot) => {
    const box = plot.querySelector("svg").getBoundingClientRect();
    plot.dispatchEvent(new PointerEvent("pointermove", { clientX: box.left + box.width / 2 }));
  };
  let readouts = 0;
  for (const plot of plots) {
    move(plot);
    const readout = document.getElementById("readout");
    const lines = plot.querySelectorAll(".lines path").length;
    const written = !/NaN|undefined|Infinity/.test(readout.innerText);
    if (!readout.hidden && readout.querySelectorAll("tr").length === lines && written) readouts += 1;
    plot.dispatchEvent(new PointerEvent("pointerleave"));
  }
  first.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
  const spoken = document.getElementById("spoken").textContent;
  first.dispatchEvent(new FocusEvent("blur"));

  const rows = () => all("#rows tbody tr").filter((row) => !row.hidden);
  const total = rows().length;
  const filter = document.getElementById("filter");
  filter.value = "kanal";
  filter.dispatchEvent(new Event("input"));
  const filtered = rows().map((row) => row.textContent);
  filter.value = "";
  filter.dispatchEvent(new Event("input"));
  const buttons = all("#rows thead button");
  const column = buttons.findIndex((button) => button.textContent === "time/msg");
  buttons[column].click();
  const values = rows().map((row) => Number(row.cells[column]?.dataset.v)).filter(Number.isFinite);
  const sorted = values.every((value, index) => index === 0 || values[index - 1] <= value);
  const theme = document.getElementById("theme");
  const back = () => getComputedStyle(document.body).backgroundColor;
  const scheme = document.documentElement.style.colorScheme;
  const backs = [];
  for (let press = 0; press < 3; press += 1) { theme.click(); backs.push(back()); }
  document.documentElement.style.colorScheme = scheme;

  const root = document.documentElement;
  const beyond = all("body *").filter((element) => {
    const box = element.getBoundingClientRect();
    return box.right > innerWidth + 1 && box.width > 0 &&
      !element.closest(".scroll, .tall, nav, .unseen, svg, .skip");
  });
  parent.postMessage({
    errors: errors.length,
    width: innerWidth,
    charts: plots.length,
    lines: paths.length,
    undrawn: paths.filter((path) => !drawn(path)).length,
    bars: bars.length,
    thin: bars.filter((bar) => !(barWidth(bar) >= 2)).length,
    dots: all(".dot").filter(wide).length,
    readouts,
    spoken: spoken.length,
    rows: total,
    filtered: filtered.length,
    strangers: filtered.filter((text) => !text.includes("kanal")).length,
    sorted: sorted && values.length > 10 ? 1 : 0,
    themes: new Set(backs).size,
    overflow: root.scrollWidth - innerWidth,
    beyond: beyond.length,
    height: Math.ceil(root.scrollHeight),
    ms: Math.ceil(performance.getEntriesByType("navigation")[0].domInteractive),
  }, "*");
});
