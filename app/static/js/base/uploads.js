// [data-upload]: says which files were chosen and lets them be dropped on the area; the <input type=file> does the work.
function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${(bytes / 1024).toFixed(0)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function tell(area, input) {
  const line = area.querySelector("[data-upload-chosen]");
  const names = [...input.files].map((file) => `${file.name}（${size(file.size)}）`);
  line.textContent = names.length ? names.join("、") : line.dataset.none;
  area.classList.toggle("has-file", names.length > 0);
}

function watch(area) {
  const input = area.querySelector("input[type=file]");
  area.classList.add("is-live");
  tell(area, input);
  input.addEventListener("change", () => tell(area, input));
  area.addEventListener("dragover", (event) => {
    event.preventDefault();
    area.classList.add("is-over");
  });
  area.addEventListener("dragleave", () => area.classList.remove("is-over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    area.classList.remove("is-over");
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

export function watchUploads(root) {
  root.querySelectorAll("[data-upload]").forEach(watch);
}
