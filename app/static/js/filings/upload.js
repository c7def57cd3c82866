// Uploading a workbook: how much has arrived, then that it is being read and for how long. Without this script the
// browser sends the form by itself and the same page answers.
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
    request.addEventListener("load", () => this.answered(request));
    request.addEventListener("error", () => this.broken());
    request.addEventListener("timeout", () => this.broken());
    request.open("POST", this.form.action);
    // Told where the preview is, instead of being led there: it is fetched once, by the browser.
    request.setRequestHeader("X-Preview", "tell");
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
    const began = Date.now();
    const tell = () => {
      this.words.textContent = fill(this.box.dataset.reading, { n: Math.round((Date.now() - began) / 1000) });
    };
    tell();
    clearInterval(this.clock);
    this.clock = setInterval(tell, 1000);
  }

  answered(request) {
    if (request.status < 400 && request.responseURL) {
      const isTold = request.getResponseHeader("Content-Type")?.startsWith("application/json");
      location.assign(isTold ? JSON.parse(request.responseText).preview : request.responseURL);
      return;
    }
    const main = new DOMParser().parseFromString(request.responseText, "text/html").getElementById("main");
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

function start(root) {
  const form = root.querySelector("[data-upload-form]");
  if (form) new Upload(form);
}

start(document);
