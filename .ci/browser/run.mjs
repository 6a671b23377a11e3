// Opens reports in headless Chromium and holds them to what they promise: no fault, no request to anywhere, everything
// works, nothing is cut on paper, and no serious fault of accessibility. Arguments: the program, a folder to keep pictures in (optional).
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const [program, pictures] = process.argv.slice(2).map((path) => resolve(path));
const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
if (!browserPath) {
  console.log("SKIPPED: the browser tests, as no Chromium is installed (Debian: apt-get install chromium)");
  process.exit(0);
}
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
if (pictures) mkdirSync(pictures, { recursive: true });

// A4 less its margins in the style of the page, at 96 pixels an inch.
const PAPER = { width: ((210 - 26) / 25.4) * 96, height: ((297 - 28) / 25.4) * 96 };

// Each fault is told at once, whatever comes later.
const faults = { length: 0, push: (what) => ((faults.length += 1), console.error(`FAULT: ${what}`)) };
let checks = 0;
const check = (ok, what) => {
  checks += 1;
  if (!ok) faults.push(what);
};

const work = mkdtempSync(join(tmpdir(), "landbridge-browser-"));
const landbridge = (...words) => execFileSync(program, [...words, "--quiet"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
const reports = [];
const made = (name, ...words) => {
  landbridge(...words, "--out", join(work, name));
  reports.push({ name, url: pathToFileURL(join(work, name, "report.html")).href });
};
made("baseline", "run", "scenarios/baseline.toml", "--replications", "2", "--format", "svg,html");
made("storm", "run", "scenarios/what_if/storm.toml", "--replications", "2", "--format", "svg,html");
made("tiny", "run", join(here, "tiny.toml"), "--format", "svg,html");
made("baseline_zh", "report", join(work, "baseline"), "--format", "html", "--lang", "zh");
made("compare", "compare", "scenarios/baseline.toml", "scenarios/what_if/reloading_90.toml", "--replications", "2", "--format", "svg,html");

const browser = await puppeteer.launch({ executablePath: browserPath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });

/** A page that notes every fault and every request that leaves the disk. */
const open = async (report, { scripts = true, width = 1280, dark = false } = {}) => {
  const page = await browser.newPage();
  const say = (what) => faults.push(`${report.name}${scripts ? "" : ", without scripts"}: ${what}`);
  page.on("console", (message) => ["error", "warn"].includes(message.type()) && say(`the console says ${message.text()}`));
  page.on("pageerror", (error) => say(`a script fails: ${error.message}`));
  page.on("dialog", (dialog) => (say(`a dialog opens: ${dialog.message()}`), dialog.dismiss()));
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    const ours = request.url() === report.url || request.url().startsWith("data:");
    if (!ours) say(`it asks for ${request.url()}`);
    ours ? request.continue() : request.abort();
  });
  await page.setJavaScriptEnabled(scripts);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }]);
  await page.setViewport({ width, height: 900 });
  await page.goto(report.url, { waitUntil: "load" });
  return page;
};

const picture = async (page, name, options = {}) => {
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true, ...options });
};

/** What a reader without scripts gets: all but what moves. */
const plain = async (report) => {
  const page = await open(report, { scripts: false });
  const seen = await page.evaluate(() => ({
    headings: [...document.querySelectorAll("h2")].filter((h) => h.offsetParent).map((h) => h.textContent),
    moving: [...document.querySelectorAll(".needs-script")].filter((e) => e.offsetParent).length,
    charts: [...document.querySelectorAll("figure.chart svg")].filter((svg) => svg.getBoundingClientRect().height > 50).length,
    rows: document.querySelectorAll("table.sortable tbody tr").length,
    links: [...document.querySelectorAll('nav a[href^="#"], .findings a')].filter((a) => !document.getElementById(a.hash.slice(1))).map((a) => a.hash),
    lang: document.documentElement.lang,
  }));
  check(seen.headings.length >= 4, `${report.name}: only the headings ${seen.headings}`);
  check(seen.moving === 0, `${report.name}: what needs scripts is seen without`);
  check(seen.charts > 0 && seen.rows > 0, `${report.name}: ${seen.charts} charts and ${seen.rows} rows without scripts`);
  check(seen.links.length === 0, `${report.name}: links that lead nowhere: ${seen.links}`);
  check(seen.lang === (report.name.endsWith("_zh") ? "zh-Hans" : "en"), `${report.name}: its language is ${seen.lang}`);
  await page.close();
};

/** Tables sort, both ways, by number and by word. */
const sorting = async (report, page) => {
  const sorted = async (column, selector) => {
    await page.click(`${selector} thead th:nth-child(${column}) button`);
    return page.evaluate(
      (column, selector) => {
        const table = document.querySelector(selector);
        const cells = [...table.tBodies[0].rows].map((row) => row.cells[column - 1]);
        return { aria: table.tHead.rows[0].cells[column - 1].ariaSort, keys: cells.map((c) => c.dataset.key ?? null), texts: cells.map((c) => c.textContent) };
      },
      column,
      selector,
    );
  };
  const selector = report.name === "compare" ? "#differences table" : "#headline table";
  const column = await page.evaluate((s) => [...document.querySelectorAll(`${s} thead th`)].findIndex((th) => th.classList.contains("number")) + 1, selector);
  for (const direction of ["descending", "ascending"]) {
    const { aria, keys } = await sorted(column, selector);
    const numbers = keys.filter((k) => k !== null).map(Number);
    const right = numbers.every((n, i) => i === 0 || (direction === "descending" ? numbers[i - 1] >= n : numbers[i - 1] <= n));
    check(aria === direction && right && numbers.length > 0, `${report.name}: the numbers are not sorted ${direction}: ${numbers} (${aria})`);
    check(keys.slice(0, numbers.length).every((k) => k !== null), `${report.name}: what has no value is not last`);
  }
  const { aria, texts } = await sorted(1, selector);
  const lang = await page.evaluate(() => document.documentElement.lang);
  check(aria === "ascending" && texts.every((t, i) => i === 0 || texts[i - 1].localeCompare(t, lang) <= 0), `${report.name}: the words are not sorted: ${texts}`);
};

/** The slider moves trains; legends take them out; a pointer and keys tell stories. */
const replay = async (report, page) => {
  if (!(await page.$("#replay"))) return check(report.name === "compare", `${report.name}: nothing is replayed`);
  const at = (minute) =>
    page.evaluate((minute) => {
      const time = document.getElementById("time");
      time.value = minute;
      time.dispatchEvent(new Event("input"));
      return {
        clock: document.getElementById("clock").value,
        dots: [...document.querySelectorAll("#trains-on-map circle")].map((c) => `${c.dataset.train}@${c.getAttribute("cx")},${c.getAttribute("cy")}`),
        now: document.querySelector("#strings .now")?.getAttribute("x1"),
        seen: document.querySelectorAll("#strings g.train:not(.off)").length,
      };
    }, minute);
  const [first, later] = [await at(600), await at(2880)];
  check(first.clock !== later.clock && (report.name === "tiny" || first.now !== later.now), `${report.name}: the slider moves no time: ${first.clock}`);
  check(report.name === "tiny" || String(first.dots) !== String(later.dots), `${report.name}: the slider moves no train`);
  check(report.name === "tiny" || (later.dots.length > 0 && later.clock.includes(` ${later.dots.length} `)), `${report.name}: ${later.dots.length} trains on the map, ${later.clock}`);
  check(report.name === "tiny" || later.seen > 10, `${report.name}: ${later.seen} trains in the diagram`);
  check(later.dots.every((d) => !/NaN|undefined/.test(d)), `${report.name}: trains at no place`);
  // The first flow that is on the map is taken out, and comes back.
  if (report.name !== "tiny") {
    for (const kind of ["flows", "causes"]) {
      const box = await page.$(`#${kind} input`);
      await box.evaluate((box) => box.click());
      const without = await at(2880);
      const gone = await page.evaluate((kind) => document.querySelectorAll(kind === "flows" ? "#strings g.train.off" : "#strings path.off").length, kind);
      check(gone > 0 && without.dots.length <= later.dots.length, `${report.name}: the legend of ${kind} takes nothing out`);
      await box.evaluate((box) => box.click());
      check(String((await at(2880)).dots.length) === String(later.dots.length), `${report.name}: the legend of ${kind} brings nothing back`);
    }
    const story = () => page.$eval("#story", (story) => story.querySelector("h3")?.textContent ?? "");
    await page.$eval("#strings", (svg) => svg.scrollIntoView({ block: "center", behavior: "instant" }));
    await page.$eval("#strings", (svg) => svg.focus());
    const focused = await story();
    await page.keyboard.press("ArrowRight");
    const next = await story();
    check(/#\d+/.test(focused) && /#\d+/.test(next) && focused !== next, `${report.name}: keys tell no story: ${focused} / ${next}`);
    check((await page.$$("#story tbody tr")).length > 0, `${report.name}: the story is empty`);
    check((await page.$$("#strings g.chosen")).length === 1, `${report.name}: the train of the story is not shown`);
    const dot = await page.evaluate(() => {
      document.querySelector(".replay-map").scrollIntoView({ block: "center", behavior: "instant" });
      const other = [...document.querySelectorAll("#trains-on-map circle:not(.chosen)")].at(-1);
      const { x, y, width, height } = other.getBoundingClientRect();
      return [x + width / 2, y + height / 2];
    });
    await page.mouse.move(...dot);
    check(/#\d+/.test(await story()) && (await story()) !== next, `${report.name}: pointing at a train tells no story`);
    await page.focus("#play");
    await page.keyboard.press("Enter");
    await new Promise((done) => setTimeout(done, 600));
    await page.keyboard.press("Enter");
    const played = await page.$eval("#time", (time) => Number(time.value));
    check(played > 2880, `${report.name}: nothing plays: ${played}`);
  }
};

/** Faults of accessibility that are serious or worse. */
const accessible = async (report, dark) => {
  const page = await open(report, { dark });
  await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = d.querySelectorAll("tr").length < 2000)));
  await page.evaluate(axe);
  const found = await page.evaluate(async () => (await window.axe.run(document, { resultTypes: ["violations"] })).violations);
  for (const v of found.filter((v) => ["serious", "critical"].includes(v.impact))) {
    faults.push(`${report.name}${dark ? ", dark" : ""}: axe: ${v.id}, ${v.help}: ${v.nodes.slice(0, 2).map((n) => `${n.html.slice(0, 160)} ${n.failureSummary.split("\n").at(1)}`)}`);
  }
  check(true);
  await picture(page, `${report.name}_${dark ? "dark" : "light"}`);
  await page.close();
};

/** On paper: every figure fits a page and is as wide as it at most; nothing sticks out; what moves is not there. */
const paper = async (report) => {
  const page = await open(report, { width: Math.round(PAPER.width), dark: true });
  await page.emulateMediaType("print");
  const seen = await page.evaluate(() => ({
    figures: [...document.querySelectorAll("figure")].filter((f) => f.getClientRects().length).map((f) => {
      const svg = f.querySelector("svg").getBoundingClientRect();
      const box = f.getBoundingClientRect();
      return { id: f.id, left: svg.left, right: svg.right, height: box.height, inside: getComputedStyle(f).breakInside };
    }),
    wide: document.documentElement.scrollWidth,
    ground: getComputedStyle(document.documentElement).backgroundColor,
    moving: [...document.querySelectorAll("#replay, nav")].filter((e) => e.getClientRects().length).length,
  }));
  check(seen.figures.length > 0 && seen.moving === 0, `${report.name}: on paper ${seen.figures.length} figures, ${seen.moving} things that move`);
  for (const f of seen.figures) {
    check(f.left >= -1 && f.right <= PAPER.width + 1, `${report.name}: ${f.id} is cut at the side of the paper: ${f.left} to ${f.right}`);
    check(f.height <= PAPER.height && f.inside === "avoid", `${report.name}: ${f.id} does not fit a page: ${f.height}`);
  }
  check(seen.wide <= Math.ceil(PAPER.width) + 1, `${report.name}: on paper it is ${seen.wide} wide`);
  check(seen.ground === "rgb(255, 255, 255)", `${report.name}: paper is ${seen.ground}`);
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true, ...(pictures && { path: join(pictures, `${report.name}.pdf`) }) });
  check(pdf.length > 10_000, `${report.name}: the PDF is empty`);
  await page.close();
};

try {
  for (const report of reports) {
    await plain(report);
    const page = await open(report);
    await sorting(report, page);
    await replay(report, page);
    await page.close();
    await accessible(report, false);
    if (report.name !== "baseline_zh") await accessible(report, true);
    await paper(report);
    const phone = await open(report, { width: 390 });
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth);
    check(wide <= 390, `${report.name}: on a phone it is ${wide} wide`);
    if (pictures) await phone.screenshot({ path: join(pictures, `${report.name}_phone.png`), clip: { x: 0, y: 0, width: 390, height: 5000 }, captureBeyondViewport: true });
    await phone.close();
  }
} finally {
  await browser.close();
  rmSync(work, { recursive: true, force: true });
}
console.log(`${reports.length} reports in Chromium: ${checks} checks, ${faults.length} faults`);
process.exit(faults.length ? 1 : 0);
