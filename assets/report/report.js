// What a report does where scripts run: tables sort, and the trains of a week move. Nothing is fetched; every text is set as text.
"use strict";
(() => {
  const root = document.documentElement;
  const words = JSON.parse(document.getElementById("words").textContent);
  root.classList.add("scripted");

  // ---- Tables

  const compare = (number, column) => (a, b) => {
    const [x, y] = [a.cells[column], b.cells[column]];
    if (!number) return x.textContent.localeCompare(y.textContent, root.lang);
    // What has no number comes last.
    const key = (cell) => (cell.dataset.key === undefined ? Infinity : Number(cell.dataset.key));
    return key(x) - key(y) || 0;
  };

  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.title = words.sort;
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const number = head.classList.contains("number");
        // Numbers first from the largest, words from their begin; then the other way.
        const now = head.getAttribute("aria-sort");
        const down = now ? now === "ascending" : number;
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const body = table.tBodies[0];
        const order = compare(number, column);
        const missing = (row) => number && row.cells[column].dataset.key === undefined;
        const rows = [...body.rows].sort((a, b) => missing(a) - missing(b) || (down ? order(b, a) : order(a, b)));
        body.append(...rows);
      });
    });
  }

  // ---- Trains

  const source = document.getElementById("replay-data");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const SVG = "http://www.w3.org/2000/svg";
  const make = (name, attributes = {}, text) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const html = (name, text) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const element = (id) => document.getElementById(id);

  // Each train: its name and its activities, with the part of the way at begin and end.
  const trains = data.trains.map((row, index) => {
    let at = row[3];
    let before = null;
    const acts = [];
    for (let i = 4; i < row.length; i += 4) {
      const [place, what, lasts, part] = row.slice(i, i + 4);
      const begins = before && before.place === place ? before.part : 0;
      acts.push((before = { place, what, from: at, to: (at += lasts), begins, part }));
    }
    return { index, flow: row[0], name: `${data.flow_ids[row[0]] ?? "?"}#${row[1]}`, boxes: row[2], acts };
  });

  const two = (n) => String(n).padStart(2, "0");
  const civil = (minute) => {
    const piece = data.clock.findLast((piece) => piece[0] <= minute) ?? data.clock[0];
    const date = new Date((piece[1] + minute - piece[0]) * 60000);
    return {
      day: `${words.days[date.getUTCDay()]} ${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`,
      time: `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`,
      midnight: date.getUTCHours() === 0 && date.getUTCMinutes() === 0,
    };
  };
  const long = (minutes) => (minutes < 60 ? `${minutes} ${words.minutes}` : `${(minutes / 60).toFixed(1)} ${words.hours}`);

  const hidden = { causes: new Set(), flows: new Set() };
  let chosen = null;

  // ---- The story of a train

  const tell = (train) => {
    const story = element("story");
    story.replaceChildren();
    const head = html("h3", `${train.name} · ${data.flows[train.flow] ?? ""} · ${train.boxes} ${words.boxes}`);
    head.dir = "auto";
    const table = html("table");
    const row = table.createTHead().insertRow();
    for (const word of [words.since, words.lasted, words.where, words.what]) {
      const cell = html("th", word);
      cell.scope = "col";
      row.append(cell);
    }
    const body = table.createTBody();
    for (const act of train.acts) {
      const [words_, , waits] = data.activities[act.what];
      const since = civil(act.from);
      const cells = [`${since.day} ${since.time}`, long(act.to - act.from), data.locations[act.place][0], (waits ? words.waits : "") + words_];
      const line = body.insertRow();
      for (const text of cells) {
        const cell = line.insertCell();
        cell.dir = "auto";
        cell.textContent = text;
      }
    }
    const scroll = html("div");
    scroll.className = "scroll";
    scroll.append(table);
    const more = html("p", `${words.more} `);
    more.append(html("code", `landbridge replay FOLDER --train ${train.name}`));
    story.append(head, scroll, more);
  };

  const choose = (train) => {
    if (chosen === train) return;
    chosen = train;
    for (const group of strings.querySelectorAll("g.train")) group.classList.toggle("chosen", Number(group.dataset.train) === train.index);
    strings.classList.add("choice");
    const group = strings.querySelector("g.chosen");
    if (group) group.parentNode.append(group);
    tell(train);
    drawMap();
  };

  // ---- The diagram

  const strings = element("strings");
  const PLOT = { left: 230, right: 940, top: 20 };
  const x = (minute) => PLOT.left + ((PLOT.right - PLOT.left) * minute) / data.minutes;
  let now = null;

  // Where a train is on a corridor during an activity: pixels down at its begin and end, or nothing.
  const position = (corridor, act, lane) => {
    const [, from, to] = data.locations[act.place];
    const index = (node) => corridor.places.findIndex((place) => place[0] === node);
    const y = (i) => corridor.places[i][2];
    const a = index(from);
    if (from === to) return a < 0 ? null : [y(a) + lane, y(a) + lane];
    const b = index(to);
    if (a < 0 || b < 0) return null;
    const at = (part) => y(a) + ((y(b) - y(a)) * part) / 1000;
    return [at(act.begins), at(act.part)];
  };

  // Trains that stand at one place at once get lanes side by side, the middle first.
  const lanes = (corridor) => {
    const stays = [];
    for (const train of trains) {
      for (const act of train.acts) {
        const [, from, to] = data.locations[act.place];
        const place = from === to ? corridor.places.findIndex((p) => p[0] === from) : -1;
        const last = stays.at(-1);
        if (place >= 0 && last && last.train === train && last.place === place && last.to === act.from) {
          last.to = act.to;
          last.acts.push(act);
        } else if (place >= 0) {
          stays.push({ train, place, from: act.from, to: act.to, acts: [act] });
        }
      }
    }
    stays.sort((a, b) => a.from - b.from);
    const lane = new Map();
    const free = corridor.places.map((place) => new Array(Math.max(1, Math.floor((2 * place[3]) / 2.25))).fill(-Infinity));
    for (const stay of stays) {
      const here = free[stay.place];
      let i = here.findIndex((until) => until <= stay.from);
      if (i < 0) i = here.indexOf(Math.min(...here));
      here[i] = stay.to;
      for (const act of stay.acts) lane.set(act, Math.ceil(i / 2) * 2.25 * (i % 2 ? 1 : -1));
    }
    return lane;
  };

  const drawStrings = (corridor) => {
    const bottom = PLOT.top + corridor.height;
    strings.replaceChildren();
    strings.setAttribute("viewBox", `0 0 960 ${bottom + 30}`);
    for (const [place, from, to] of corridor.closed) {
      const [, , y, room] = corridor.places[place];
      strings.append(make("rect", { class: "closed", x: x(from), y: PLOT.top + y - room, width: Math.max(0, x(to) - x(from)), height: 2 * room }));
    }
    for (let minute = 0; minute <= data.minutes; minute += 60) {
      const at = civil(minute);
      if (!at.midnight) continue;
      strings.append(make("line", { class: "grid", x1: x(minute), x2: x(minute), y1: PLOT.top, y2: bottom }));
      if (x(minute) < PLOT.right - 40) strings.append(make("text", { x: x(minute) + 3, y: bottom + 16 }, at.day.replace(/ \d+-/, " ")));
    }
    for (const [, name, y, , km] of corridor.places) {
      strings.append(make("line", { class: "grid", x1: PLOT.left, x2: PLOT.right, y1: PLOT.top + y, y2: PLOT.top + y }));
      const short = name.length > 26 ? name.slice(0, 25) + "…" : name;
      strings.append(make("text", { class: "place", x: PLOT.left - 44, y: PLOT.top + y + 4, "text-anchor": "end" }, short));
      strings.append(make("text", { x: PLOT.left - 8, y: PLOT.top + y + 4, "text-anchor": "end" }, km.toFixed(0)));
    }
    const lane = lanes(corridor);
    const all = make("g");
    for (const train of trains) {
      const group = make("g", { class: "train", "data-train": train.index, "data-flow": train.flow });
      let path = null;
      for (const act of train.acts) {
        const ys = act.to > 0 && act.from < data.minutes ? position(corridor, act, lane.get(act) ?? 0) : null;
        if (!ys) {
          path = null;
          continue;
        }
        // The part of it within the week.
        const clip = (minute) => Math.min(Math.max(minute, 0), data.minutes);
        const [from, to] = [clip(act.from), clip(act.to)];
        const y = (minute) => PLOT.top + ys[0] + ((ys[1] - ys[0]) * (minute - act.from)) / Math.max(1, act.to - act.from);
        const point = (minute) => `${x(minute).toFixed(1)} ${y(minute).toFixed(1)}`;
        if (path && path.what === act.what) {
          path.d += `L${point(from)}L${point(to)}`;
        } else {
          path = { what: act.what, d: `${path ? `M${path.end}L` : "M"}${point(from)}L${point(to)}` };
          const stands = data.locations[act.place][1] === data.locations[act.place][2] || data.activities[act.what][2];
          path.element = make("path", { stroke: data.activities[act.what][1], "data-cause": act.what, class: stands ? "stands" : "runs" });
          group.append(path.element);
        }
        path.end = point(to);
        path.element.setAttribute("d", path.d);
      }
      if (!group.firstChild) continue;
      group.append(make("title", {}, train.name));
      group.addEventListener("pointerenter", () => choose(train));
      all.append(group);
    }
    strings.append(all);
    now = make("line", { class: "now", y1: PLOT.top, y2: bottom });
    strings.append(now);
    filter();
  };

  strings.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const shown = [...strings.querySelectorAll("g.train:not(.off)")].map((group) => Number(group.dataset.train)).sort((a, b) => a - b);
    if (!shown.length) return;
    const next = chosen ? (step > 0 ? shown.find((i) => i > chosen.index) : shown.findLast((i) => i < chosen.index)) : undefined;
    choose(trains[next ?? (step > 0 ? shown[0] : shown.at(-1))]);
  });
  strings.addEventListener("focus", () => {
    const first = strings.querySelector("g.train:not(.off)");
    if (!chosen && first) choose(trains[Number(first.dataset.train)]);
  });

  // ---- The map

  const onMap = make("g", { id: "trains-on-map", transform: "scale(4)" });
  document.querySelector(".replay-map svg").append(onMap);
  const dots = new Map();

  const drawMap = () => {
    const minute = Number(element("time").value);
    const standing = new Map();
    const seen = new Set();
    let [inside, waiting] = [0, 0];
    for (const train of trains) {
      const act = train.acts.find((act) => act.from <= minute && minute < act.to);
      if (!act || hidden.flows.has(train.flow) || hidden.causes.has(act.what)) continue;
      inside += 1;
      const [, colour, waits] = data.activities[act.what];
      if (waits) waiting += 1;
      const [, from, to] = data.locations[act.place];
      const part = (act.begins + ((act.part - act.begins) * (minute - act.from)) / (act.to - act.from)) / 1000;
      let [left, top] = from === to ? data.nodes[from] : [0, 1].map((i) => data.nodes[from][i] + (data.nodes[to][i] - data.nodes[from][i]) * part);
      // Trains at one spot stand in a spiral around it, by the golden angle, so that each is seen.
      const spot = from === to ? `${from}` : `${act.place}:${Math.round(part * 40)}`;
      const place = standing.get(spot) ?? 0;
      standing.set(spot, place + 1);
      const radius = from === to ? 7 + 3.4 * Math.sqrt(place) : 4.5 * Math.sqrt(place);
      left += radius * Math.cos(place * 2.399963);
      top += radius * Math.sin(place * 2.399963);
      let dot = dots.get(train);
      if (!dot) {
        dot = make("circle", { r: 3.6, "data-train": train.index });
        dot.append(make("title", {}, train.name));
        dot.addEventListener("pointerenter", () => choose(train));
        dots.set(train, dot);
        onMap.append(dot);
      }
      dot.setAttribute("cx", left.toFixed(1));
      dot.setAttribute("cy", top.toFixed(1));
      dot.setAttribute("fill", colour);
      dot.setAttribute("data-cause", act.what);
      dot.classList.toggle("chosen", train === chosen);
      seen.add(train);
    }
    for (const [train, dot] of dots) {
      if (seen.has(train)) continue;
      dot.remove();
      dots.delete(train);
    }
    const at = civil(minute);
    element("clock").value = `${at.day} ${at.time} · ${inside} ${words.trains}, ${waiting} ${words.waiting}`;
    if (now) {
      now.setAttribute("x1", x(minute));
      now.setAttribute("x2", x(minute));
    }
  };

  // ---- What is shown

  const filter = () => {
    for (const group of strings.querySelectorAll("g.train")) group.classList.toggle("off", hidden.flows.has(Number(group.dataset.flow)));
    for (const path of strings.querySelectorAll("path")) path.classList.toggle("off", hidden.causes.has(Number(path.dataset.cause)));
    drawMap();
  };

  const entry = (kind, index, label, colour) => {
    const line = html("label");
    const box = html("input");
    box.type = "checkbox";
    box.checked = true;
    box.dataset.index = index;
    box.addEventListener("change", () => {
      if (box.checked) hidden[kind].delete(index);
      else hidden[kind].add(index);
      filter();
    });
    line.append(box, " ");
    if (colour) {
      const swatch = make("svg", { width: 14, height: 10, "aria-hidden": "true" });
      swatch.append(make("rect", { width: 14, height: 10, fill: colour }));
      line.append(swatch);
    }
    const name = html("bdi", label);
    line.append(name);
    element(kind).append(line);
  };
  data.activities.forEach(([label, colour, waits], index) => entry("causes", index, (waits ? words.waits : "") + label, colour));
  data.flows.forEach((name, index) => {
    if (trains.some((train) => train.flow === index)) entry("flows", index, name);
  });

  // ---- The time

  const time = element("time");
  const play = element("play");
  let playing = null;
  const stop = () => {
    cancelAnimationFrame(playing);
    playing = null;
    play.textContent = words.play;
  };
  time.addEventListener("input", drawMap);
  // Who asks for less motion moves the time by hand.
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) play.hidden = true;
  play.addEventListener("click", () => {
    if (playing !== null) return stop();
    play.textContent = words.pause;
    if (Number(time.value) >= data.minutes - 10) time.value = 0;
    let [begun, from] = [performance.now(), Number(time.value)];
    const step = (at) => {
      // Four hours a second.
      time.value = from + ((at - begun) / 1000) * 240;
      drawMap();
      if (Number(time.value) >= data.minutes - 10) stop();
      else playing = requestAnimationFrame(step);
    };
    playing = requestAnimationFrame(step);
  });

  const corridor = element("corridor");
  const show = () => data.corridors.length && drawStrings(data.corridors[corridor ? Number(corridor.value) : 0]);
  if (corridor) corridor.addEventListener("change", show);
  if (!data.corridors.length) document.querySelector(".replay-line").hidden = true;
  show();
  drawMap();
})();
