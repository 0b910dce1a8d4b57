"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);

  // Light and dark.
  const theme = byId("theme");
  const schemes = ["light dark", "light", "dark"];
  const names = ["auto", "light", "dark"];
  let scheme = 0;
  theme.hidden = false;
  theme.addEventListener("click", () => {
    scheme = (scheme + 1) % schemes.length;
    document.documentElement.style.colorScheme = schemes[scheme];
    theme.textContent = `Theme: ${names[scheme]}`;
  });

  // Numbers as on the rest of the page.
  const digits = (value) => {
    const size = Math.abs(value);
    if (size >= 999.5) return Math.round(value).toLocaleString("en").replaceAll(",", "\u202f");
    return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
  };
  const scaled = (value, step, units) => {
    let unit = 0;
    while (Math.abs(value) >= step && unit + 1 < units.length) { value /= step; unit += 1; }
    return `${digits(value)}\u00a0${units[unit]}`.trim();
  };
  const write = {
    ns: (value) => scaled(value, 1e3, ["ns", "\u00b5s", "ms", "s"]),
    bytes: (value) => scaled(value, 1024, ["B", "KiB", "MiB", "GiB"]),
    rate: (value) => `${scaled(value, 1e3, ["", "k", "M", "G"])}/s`,
    count: (value) => scaled(value, 1e3, ["", "k", "M", "G"]),
    seconds: (value) => `${digits(value)} s`,
    quantile: (value) => {
      const nines = Math.floor(-Math.log10(Math.max(1e-9, 1 - value)) + 1e-6);
      return `${(100 * value).toFixed(Math.max(1, nines - 1))}%`;
    },
  };

  // From a place on an axis, 0 to 1, to its value.
  const value = (axis, part) => {
    const [kind, from, to] = axis.split(" ");
    if (kind === "nines") return 1 - 10 ** (-part * to);
    if (kind === "log") return from * (to / from) ** part;
    return Number(from) + part * (to - from);
  };

  const readout = byId("readout");
  const cursor = document.createElement("div");
  cursor.className = "cursor";

  const lines = new Map();
  const linesOf = (plot) => {
    if (!lines.has(plot)) {
      lines.set(plot, all(".lines path", plot).map((path) => ({
        name: path.dataset.name,
        points: path.getAttribute("d").slice(1).split("L")
          .map((point) => point.split(" ").map(Number)),
      })));
    }
    return lines.get(plot);
  };
  const nearest = (points, x) => points.reduce((best, point) =>
    Math.abs(point[0] - x) < Math.abs(best[0] - x) ? point : best);

  const hide = () => { readout.hidden = true; cursor.remove(); };
  const show = (plot, x) => {
    const box = plot.querySelector("svg").getBoundingClientRect();
    const outer = plot.getBoundingClientRect();
    const found = linesOf(plot).map((line) => ({ name: line.name, at: nearest(line.points, x) }));
    if (found.length === 0) return;
    x = nearest(found.map((line) => line.at), x)[0];
    found.sort((a, b) => a.at[1] - b.at[1]);
    const at = write[plot.dataset.xKind](value(plot.dataset.x, x / 1000));
    const table = document.createElement("table");
    table.createCaption().textContent = at;
    for (const line of found) {
      const row = table.insertRow();
      row.insertCell().textContent = line.name;
      const cell = row.insertCell();
      cell.className = "n";
      cell.textContent = write[plot.dataset.yKind](value(plot.dataset.y, 1 - line.at[1] / 1000));
    }
    readout.replaceChildren(table);
    readout.hidden = false;
    const left = box.left + box.width * x / 1000;
    cursor.style.left = `${left - outer.left}px`;
    cursor.style.top = `${box.top - outer.top}px`;
    cursor.style.height = `${box.height}px`;
    plot.append(cursor);
    const width = readout.offsetWidth;
    const beside = left + 14 + width > innerWidth ? left - 14 - width : left + 14;
    readout.style.left = `${Math.max(4, beside)}px`;
    const top = Math.min(box.top, innerHeight - readout.offsetHeight - 4);
    readout.style.top = `${Math.max(4, top)}px`;
    plot.dataset.place = x;
  };

  for (const plot of all(".plot")) {
    plot.addEventListener("pointermove", (event) => {
      const box = plot.querySelector("svg").getBoundingClientRect();
      const part = (event.clientX - box.left) / box.width;
      show(plot, 1000 * Math.min(1, Math.max(0, part)));
    });
    plot.addEventListener("pointerleave", hide);
    plot.addEventListener("blur", hide);
    plot.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === "Escape") hide();
      if (!step) return;
      event.preventDefault();
      const xs = [...new Set(linesOf(plot).flatMap((line) => line.points.map((at) => at[0])))];
      xs.sort((a, b) => a - b);
      const now = Number(plot.dataset.place ?? -1);
      const next = step > 0 ? xs.find((x) => x > now) : xs.findLast((x) => x < now);
      show(plot, next ?? (step > 0 ? xs.at(-1) : xs[0]));
      byId("spoken").textContent = readout.innerText.replaceAll("\t", " ").replaceAll("\n", ", ");
    });
  }
  addEventListener("scroll", hide, { passive: true });

  // The table of all rows.
  const table = byId("rows");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = all("thead th", table);
  heads.forEach((head, column) => head.firstChild.addEventListener("click", () => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const key = (row) => {
      const cell = row.cells[column];
      if (!cell) return null;
      if (column > 2) return cell.dataset.v === undefined ? null : Number(cell.dataset.v);
      return cell.textContent;
    };
    const sorted = rows.map((row, index) => [key(row), index, row]);
    sorted.sort(([a, i], [b, j]) => {
      if (a === null || b === null) return (a === null) - (b === null) || i - j;
      const order = typeof a === "number" ? a - b : a.localeCompare(b);
      return (up ? order : -order) || i - j;
    });
    body.append(...sorted.map(([, , row]) => row));
  }));
  const texts = rows.map((row) =>
    [...row.cells].slice(0, 3).map((cell) => cell.textContent).join(" ").toLowerCase());
  const filter = () => {
    const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const ours = byId("ours").checked;
    let found = 0;
    rows.forEach((row, index) => {
      const fits = words.every((word) => texts[index].includes(word));
      row.hidden = !fits || (ours && !row.classList.contains("ours"));
      found += row.hidden ? 0 : 1;
    });
    byId("found").textContent = `${found} of ${rows.length} rows`;
  };
  byId("filter").addEventListener("input", filter);
  byId("ours").addEventListener("change", filter);
  byId("filter").form.addEventListener("submit", (event) => event.preventDefault());
})();
