// Blocks to and from Excel and WPS: tab-separated text, with the HTML beside it telling which cells are merged.

// Tab-separated text -> rows of cells. Cells with line breaks, tabs or quotes come in quotes.
export function parseBlock(text) {
  const rows = [[]];
  let cell = "";
  let quoted = false;
  const end = () => {
    rows.at(-1).push(cell);
    cell = "";
  };
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let at = 0; at < source.length; at += 1) {
    const char = source[at];
    if (quoted) {
      if (char === '"' && source[at + 1] === '"') cell += source[(at += 1)];
      else if (char === '"') quoted = false;
      else cell += char;
    } else if (char === '"' && cell === "") quoted = true;
    else if (char === "\t") end();
    else if (char === "\n") {
      end();
      rows.push([]);
    } else cell += char;
  }
  end();
  return rows;
}

// Which places of the block are covered by a merged cell to the left or above: they are not blank, they are nothing.
export function mergedPlaces(html) {
  const covered = new Set();
  if (!html || !/(col|row)span/i.test(html)) return covered;
  const table = new DOMParser().parseFromString(html, "text/html").querySelector("table");
  [...(table?.rows ?? [])].forEach((row, r) => {
    let c = 0;
    for (const cell of row.cells) {
      while (covered.has(`${r},${c}`)) c += 1;
      for (let down = 0; down < Math.min(cell.rowSpan, 1000); down += 1) {
        for (let right = 0; right < Math.min(cell.colSpan, 256); right += 1) {
          if (down || right) covered.add(`${r + down},${c + right}`);
        }
      }
      c += cell.colSpan;
    }
  });
  return covered;
}

// The block with null at covered places.
export function readBlock(data) {
  const block = parseBlock(data.getData("text/plain"));
  const covered = mergedPlaces(data.getData("text/html"));
  return block.map((row, r) => row.map((text, c) => (text === "" && covered.has(`${r},${c}`) ? null : text)));
}

const quoted = (text) => (/[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export const writeBlock = (rows) => rows.map((row) => row.map(quoted).join("\t")).join("\n");
