// Two people saved the same form: whose figures shall stand?
import { fill } from "../grid/values.js";

const SHOWN = 8;

// Resolves to "mine" or "theirs". `describe` names a cell for people.
export function askAboutConflict(state, sheet, words, describe) {
  const dialog = document.getElementById("conflict-dialog");
  dialog.querySelector("[data-conflict-who]").textContent = fill(words.conflictBy, { who: state.who || "—", when: state.when });
  const cells = sheet.unsaved().map(({ key, id, col, text }) => ({ key, id, col, text, theirs: state.entries[key]?.[col] ?? "" }));
  const items = cells.slice(0, SHOWN).map(({ key, id, col, text, theirs }) => {
    const item = document.createElement("li");
    const values = { mine: text || words.blank, theirs: theirs || words.blank };
    item.textContent = `${describe(key, id, col)}：${fill(words.conflictCell, values)}`;
    return item;
  });
  if (cells.length > SHOWN) items.push(Object.assign(document.createElement("li"), { textContent: `… ${cells.length}` }));
  dialog.querySelector("[data-conflict-cells]").replaceChildren(...items);
  return new Promise((resolve) => {
    dialog.oncancel = (event) => event.preventDefault(); // a choice has to be made: closing would lose one side
    dialog.onclick = (event) => {
      const choice = event.target.closest("[data-conflict]")?.dataset.conflict;
      if (!choice) return;
      dialog.close();
      resolve(choice);
    };
    dialog.showModal();
  });
}
