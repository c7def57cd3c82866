// The review table by mouse and keyboard: choose a cell for a mark, jump between what changed, was found or is marked.
const table = document.getElementById("review-table");
const form = document.getElementById("mark-form");
const place = document.getElementById("mark-place");
const whole = document.getElementById("mark-whole");

function rest(cell) {
  for (const other of table.querySelectorAll('td[tabindex="0"]')) other.setAttribute("tabindex", "-1");
  cell.setAttribute("tabindex", "0");
}

function choose(cell) {
  for (const other of table.querySelectorAll(".is-active")) other.classList.remove("is-active");
  cell.classList.add("is-active");
  rest(cell);
  if (!form) return;
  form.elements.row.value = cell.dataset.row;
  form.elements.col.value = cell.dataset.col;
  const line = cell.parentElement.querySelector(".line-no")?.textContent.trim();
  place.textContent = `${table.dataset.form} ${line ? `${line} · ` : ""}${cell.dataset.label}`;
  whole.hidden = false;
}

function chooseWhole() {
  for (const other of table.querySelectorAll(".is-active")) other.classList.remove("is-active");
  form.elements.row.value = "";
  form.elements.col.value = "";
  place.textContent = `${table.dataset.form} ${place.dataset.whole}`;
  whole.hidden = true;
  form.elements.comment.focus();
}

function neighbour(cell, key) {
  const row = cell.parentElement;
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key];
  const rows = [...table.tBodies[0].rows];
  let y = rows.indexOf(row);
  let x = [...row.children].indexOf(cell);
  do {
    y += step[0];
    x += step[1];
    const next = rows[y]?.children[x];
    if (!next) return null;
    if (next.dataset.row) return next;
  } while (true);
}

function go(cell) {
  choose(cell);
  cell.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "center", inline: "center" });
}

// Places worth a look, in reading order.
const places = table ? [...table.querySelectorAll("td.is-changed, td.has-warning, td.has-mark, td.is-jump")] : [];
let at = -1;
function jump(step) {
  if (!places.length) return;
  const here = places.indexOf(table.querySelector(".is-active"));
  at = ((here < 0 ? (step > 0 ? -1 : 0) : here) + step + places.length) % places.length;
  go(places[at]);
  const words = document.getElementById("jump-place");
  words.textContent = words.dataset.words.replace("{n}", at + 1).replace("{m}", places.length);
}

function pressed(event) {
  const cell = event.target.closest("td[data-row]");
  if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase();
  if (key === "enter" || key === "m") {
    choose(cell);
    form?.elements.comment.focus();
  } else if (key === "n") jump(1);
  else if (key === "p") jump(-1);
  else if (event.key.startsWith("Arrow")) {
    const next = neighbour(cell, event.key);
    if (!next) return;
    rest(next);
    next.focus();
  } else return;
  event.preventDefault();
}

if (table) {
  table.querySelector("td[data-row]")?.setAttribute("tabindex", "0");
  table.addEventListener("click", (event) => {
    const cell = event.target.closest("td[data-row]");
    if (cell && !event.target.closest("a,button")) choose(cell);
  });
  table.addEventListener("keydown", pressed);
  if (places.length) {
    const bar = document.getElementById("jumps");
    bar.hidden = false;
    bar.addEventListener("click", (event) => {
      const button = event.target.closest("[data-jump]");
      if (button) jump(Number(button.dataset.jump));
    });
  }
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && target.dataset.row) go(target);
}
whole?.addEventListener("click", chooseWhole);
