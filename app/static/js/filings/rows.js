// The rows of a long table: the page comes without them, and they come column by column.
const PAUSES = [1000, 3000, 10000];

// {keys, columns: {col: texts}} -> {key: {col: text}}; keys is the number of rows when they are called 1, 2, 3 …
export function entriesOf({ keys, columns }) {
  const names = Array.isArray(keys) ? keys : Array.from({ length: keys }, (_, at) => String(at + 1));
  const filled = Object.entries(columns);
  return Object.fromEntries(
    names.map((name, at) => [name, Object.fromEntries(filled.flatMap(([col, texts]) => (texts[at] ? [[col, texts[at]]] : [])))]),
  );
}

function leave() {
  location.reload();
  return new Promise(() => {});
}

export async function fetchRows(data) {
  const status = document.querySelector("[data-save-status]");
  const before = [...status.childNodes];
  const say = (texts, tone = "") => {
    status.replaceChildren(...texts);
    status.className = `save-status${tone}`;
  };
  const tools = document.querySelector(".grid-tools");
  say([data.words.fetching]);
  tools.inert = true; // nothing to search, to insert into or to undo yet
  for (let failures = 0; ; failures += 1) {
    const answer = await fetch(data.urls.rows, { headers: { Accept: "application/json" } })
      .then((response) => (response.ok ? response.json() : null))
      .catch(() => null);
    if (answer?.version === data.version) {
      data.entries = entriesOf(answer.table);
      tools.inert = false;
      return say(before);
    }
    if (answer) return leave(); // somebody has saved in between
    say([data.words.notFetched], " is-problem");
    await new Promise((resolve) => setTimeout(resolve, PAUSES[Math.min(failures, PAUSES.length - 1)]));
  }
}
