// Uploading a workbook: how much has arrived, that it is being read and for how long, how many rows were read and how many
// of them are checked. Without this script the browser sends the form by itself and the same page answers.
import { watchUploads } from "../base/uploads.js";
import { fill } from "../grid/values.js";

const SLOW = 250; // a quick answer needs no progress

class Upload {
  constructor(form) {
    this.form = form;
    this.box = form.querySelector("[data-upload-progress]");
    this.bar = this.box.querySelector("progress");
    this.words = this.box.querySelector("[data-upload-words]");
    form.addEventListener("submit", (event) => this.send(event));
  }

  send(event) {
    if (!this.form.querySelector("input[type=file]").files.length) return;
    event.preventDefault();
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (sent) => sent.lengthComputable && this.sending(sent.loaded, sent.total));
    request.upload.addEventListener("load", () => this.reading());
    request.addEventListener("progress", () => this.told(request));
    request.addEventListener("load", () => this.answered(request));
    request.addEventListener("error", () => this.broken());
    request.addEventListener("timeout", () => this.broken());
    request.open("POST", this.form.action);
    // Told line by line how far it is and where the preview is, instead of being led there: the browser fetches it once.
    request.setRequestHeader("X-Preview", "stages");
    this.busy(true);
    request.send(new FormData(this.form));
  }

  busy(is) {
    clearInterval(this.clock);
    clearTimeout(this.appearing);
    for (const button of this.form.querySelectorAll("button[type=submit]")) button.disabled = is;
    if (is) this.appearing = setTimeout(() => (this.box.hidden = false), SLOW);
    else this.box.hidden = true;
  }

  sending(loaded, total) {
    this.bar.max = total;
    this.bar.value = loaded;
    const mb = (bytes) => (bytes / 1048576).toFixed(1);
    this.words.textContent = fill(this.box.dataset.sending, { done: mb(loaded), total: mb(total) });
  }

  reading() {
    this.bar.removeAttribute("value");
    this.began = Date.now();
    this.stage("reading", {});
    clearInterval(this.clock);
    this.clock = setInterval(() => this.tell(), 1000);
  }

  stage(name, numbers) {
    this.now = { name, numbers };
    this.tell();
  }

  tell() {
    const n = Math.round((Date.now() - this.began) / 1000);
    this.words.textContent = fill(this.box.dataset[this.now.name], { ...this.now.numbers, n });
  }

  // The lines that have come so far; the first says how many rows were read.
  told(request) {
    if (!isInStages(request)) return;
    const [first] = stagesOf(request);
    if (first?.rows && this.now?.name === "reading") this.stage("checking", { rows: first.rows.toLocaleString() });
  }

  answered(request) {
    let text = request.responseText;
    if (isInStages(request)) {
      const { preview, checked, page } = stagesOf(request).at(-1) ?? {};
      if (preview) {
        this.stage("checked", { rows: checked.toLocaleString() });
        location.assign(preview);
        return;
      }
      text = page ?? "";
    } else if (request.status < 400 && request.responseURL) {
      location.assign(request.responseURL);
      return;
    }
    const main = new DOMParser().parseFromString(text, "text/html").getElementById("main");
    // The page again with what is wrong; or, when the time ran out meanwhile, with the reason why nothing is taken.
    if (!main?.querySelector("[data-upload-form], [data-upload-shut]")) {
      this.broken();
      return;
    }
    clearInterval(this.clock);
    document.getElementById("main").replaceWith(main);
    watchUploads(main);
    start(main);
    main.focus();
    window.scrollTo(0, 0);
  }

  // The connection or the server broke: nothing was stored, the file is still chosen.
  broken() {
    this.busy(false);
    this.box.hidden = false;
    this.bar.hidden = true;
    this.words.textContent = this.box.dataset.broken;
  }
}

const isInStages = (request) => request.getResponseHeader("Content-Type")?.startsWith("application/x-ndjson");
const stagesOf = (request) => request.responseText.split("\n").slice(0, -1).map((line) => JSON.parse(line));

function start(root) {
  const form = root.querySelector("[data-upload-form]");
  if (form) new Upload(form);
}

start(document);
