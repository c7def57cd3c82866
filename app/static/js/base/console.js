// What FAB's pages need beyond page.js: tick all, count what is ticked, choose how a text filter compares.
const boxes = (list) => [...list.querySelectorAll("[data-check]")];

function recount(list) {
  const all = boxes(list);
  const ticked = all.filter((box) => box.checked).length;
  const head = list.querySelector("[data-check-all]");
  if (head) {
    head.checked = ticked > 0 && ticked === all.length;
    head.indeterminate = ticked > 0 && ticked < all.length;
  }
  list.querySelectorAll("[data-chosen]").forEach((words) => {
    words.textContent = ticked ? words.dataset.words.replace("{n}", ticked) : "";
  });
  list.querySelectorAll("button[name=action]").forEach((button) => {
    button.disabled = ticked === 0;
  });
}

document.addEventListener("change", (event) => {
  const list = event.target.closest("[data-list]");
  if (list && event.target.matches("[data-check-all]")) {
    boxes(list).forEach((box) => {
      box.checked = event.target.checked;
    });
  }
  if (list) recount(list);
  if (event.target.matches("[data-filter-op]")) event.target.nextElementSibling.name = event.target.value;
});

// Empty filters stay out of the address.
document.addEventListener("submit", (event) => {
  if (!event.target.matches(".filters")) return;
  for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll(".filters [name]:disabled").forEach((field) => {
    field.disabled = false;
  });
  document.querySelectorAll("[data-list]").forEach(recount);
});
