// The form of a change: the fields follow the chosen type at once (without script a button fetches them), and rows of
// people can be added and removed. What was typed for another type comes back when that type is chosen again.
const select = document.getElementById("change_type");
const place = document.querySelector("[data-change-fields]");
const choose = document.querySelector("[data-choose]");
const kept = new Map();
let shown = select?.value ?? "";

async function fieldsOf(kind) {
  const address = new URL(select.form.getAttribute("action"), location.href); // the draft, once there is one
  address.search = new URLSearchParams({ change_type: kind }).toString();
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return [...page.querySelector("[data-change-fields]").childNodes];
}

async function follow() {
  const kind = select.value;
  if (kind === shown) return;
  kept.set(shown, [...place.childNodes]);
  place.setAttribute("aria-busy", "true");
  try {
    const nodes = kept.get(kind) ?? (await fieldsOf(kind));
    if (select.value !== kind) return; // another one was chosen meanwhile
    place.replaceChildren(...nodes);
    shown = kind;
    prepareRows();
  } catch {
    choose.hidden = false; // the button does it by sending the form
  } finally {
    place.removeAttribute("aria-busy");
  }
}

function renumber(body) {
  [...body.rows].forEach((row, number) => {
    row.querySelectorAll("[name^=person-]").forEach((field) => {
      field.name = field.id = field.name.replace(/^person-\d+-/, `person-${number}-`);
      field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/\d+/, String(number + 1)));
    });
  });
  const button = body.closest("fieldset").querySelector("[data-add-row]");
  button.disabled = body.rows.length >= Number(body.dataset.most);
}

function addRow(body) {
  const row = body.rows[body.rows.length - 1].cloneNode(true);
  row.querySelectorAll("input").forEach((field) => { field.value = ""; });
  row.querySelectorAll("select").forEach((field) => { field.selectedIndex = 0; });
  row.querySelectorAll(".field-error").forEach((text) => text.remove());
  row.querySelectorAll(".is-invalid").forEach((field) => {
    field.classList.remove("is-invalid");
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  });
  body.append(row);
  renumber(body);
  row.querySelector("input, select").focus();
}

function prepareRows() {
  const body = place.querySelector("[data-rows]");
  body?.querySelectorAll("[data-remove]").forEach((cell) => {
    if (cell.firstElementChild) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.dataset.removeRow = "";
    button.textContent = body.dataset.wordRemove;
    cell.append(button);
  });
}

if (select && place) {
  choose.hidden = true;
  select.addEventListener("change", follow);
  prepareRows();
  place.addEventListener("click", (event) => {
    const body = place.querySelector("[data-rows]");
    const remove = event.target.closest("[data-remove-row]");
    if (event.target.closest("[data-add-row]")) {
      event.preventDefault();
      addRow(body);
    } else if (remove) {
      if (body.rows.length === 1) addRow(body);
      remove.closest("tr").remove();
      renumber(body);
      place.querySelector("[data-add-row]").focus();
    }
  });
}
