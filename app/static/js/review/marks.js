// Choosing a cell of the review table for a mark: by click, or by arrows and Enter.
const table = document.getElementById("review-table");
const form = document.getElementById("mark-form");

function choose(cell) {
  for (const other of table.querySelectorAll(".is-active")) other.classList.remove("is-active");
  cell.classList.add("is-active");
  form.elements.row.value = cell.dataset.row;
  form.elements.col.value = cell.dataset.col;
  document.getElementById("mark-place").textContent = `${table.dataset.form} ${cell.dataset.label}`;
}

function neighbour(cell, key) {
  const row = cell.parentElement;
  const index = [...row.children].indexOf(cell);
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key];
  const rows = [...table.tBodies[0].rows];
  let y = rows.indexOf(row);
  let x = index;
  do {
    y += step[0];
    x += step[1];
    const next = rows[y]?.children[x];
    if (!next) return null;
    if (next.dataset.row) return next;
  } while (true);
}

if (table && form) {
  table.querySelector("td[data-row]")?.setAttribute("tabindex", "0");
  table.addEventListener("click", (event) => {
    const cell = event.target.closest("td[data-row]");
    if (cell) choose(cell);
  });
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td[data-row]");
    if (!cell) return;
    if (event.key === "Enter") {
      choose(cell);
      form.elements.comment.focus();
      event.preventDefault();
    } else if (event.key.startsWith("Arrow")) {
      const next = neighbour(cell, event.key);
      if (next) {
        cell.setAttribute("tabindex", "-1");
        next.setAttribute("tabindex", "0");
        next.focus();
        event.preventDefault();
      }
    }
  });
}
const target = location.hash && document.getElementById(location.hash.slice(1));
if (target && table?.contains(target)) {
  target.classList.add("is-active");
  target.scrollIntoView({ block: "center", inline: "center" });
}
