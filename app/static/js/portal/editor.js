// Text areas marked [data-rich-text] become the editor; the text area stays what is sent. Without script they are used as they are.
const words = document.getElementById("editor-words");
const token = document.querySelector("input[name=csrf_token]");
const { createEditor, createToolbar, i18nChangeLanguage } = window.wangEditor;
const LARGEST = 10 * 1024 * 1024;
const TOOLS = [
  "header2", "header3", "header4", "|", "bold", "italic", "underline", "through", "sub", "sup", "clearStyle", "|",
  "blockquote", "bulletedList", "numberedList", "divider", "|", "insertLink", "uploadImage", "insertTable", "|",
  "undo", "redo", "fullScreen",
];
const HOVER = {
  link: { menuKeys: ["editLink", "unLink", "viewLink"] },
  image: { menuKeys: ["editImage", "deleteImage"] },
  table: {
    menuKeys: [
      "tableHeader", "insertTableRow", "deleteTableRow", "insertTableCol", "deleteTableCol", "mergeTableCell",
      "splitTableCell", "deleteTable",
    ],
  },
  text: { menuKeys: ["header2", "header3", "|", "bold", "underline", "clearStyle", "bulletedList"] },
};

function tell(text) {
  const list = document.querySelector("[data-editor-told]");
  list.textContent = text;
  list.hidden = !text;
}

const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

// The server gives plain paragraphs as plain text, and texts with markup as HTML; see `editable` in portal/richtext.py.
function startingHtml(text) {
  if (/<\/?[a-zA-Z]|<!/.test(text)) return text;
  return text
    .split(/\n\s*\n/)
    .filter((part) => part.trim())
    .map((part) => `<p>${part.trim().split("\n").map(escaped).join("<br>")}</p>`)
    .join("");
}

function uploads() {
  return {
    server: words.dataset.pictures,
    fieldName: "picture",
    maxFileSize: LARGEST,
    allowedFileTypes: ["image/png", "image/jpeg"],
    headers: { "X-CSRFToken": token.value, Accept: "application/json" },
    timeout: 60000,
    customInsert(answer, insert) {
      if (answer.errno) return tell(words.dataset.wordFailed + answer.message);
      tell("");
      return insert(answer.data.url, answer.data.alt, answer.data.href);
    },
    onFailed: (_file, answer) => tell(words.dataset.wordFailed + (answer.message || "")),
    onError: (file, error, answer) => {
      const large = file && file.size > LARGEST;
      const said = answer && answer.body && answer.body.message;
      tell(words.dataset.wordFailed + (said || (large ? words.dataset.wordLarge : words.dataset.wordNetwork)));
    },
  };
}

function label(holder, area) {
  const box = holder.querySelector("[contenteditable]");
  const name = document.querySelector(`label[for="${area.id}"]`);
  box.setAttribute("role", "textbox");
  box.setAttribute("aria-multiline", "true");
  box.setAttribute("aria-label", name ? name.textContent.replace("*", "").trim() : words.dataset.wordEditor);
  if (area.getAttribute("aria-describedby")) box.setAttribute("aria-describedby", area.getAttribute("aria-describedby"));
  holder.querySelectorAll("textarea, input").forEach((hidden) => hidden.setAttribute("tabindex", "-1"));
  if (name) name.addEventListener("click", (event) => (event.preventDefault(), box.focus()));
  document.querySelectorAll(`a[href="#${area.id}"]`).forEach((link) =>
    link.addEventListener("click", (event) => (event.preventDefault(), box.focus())),
  );
}

// The buttons come a moment after the bar and lose their tips in full screen; each gets its name once. What looks disabled
// is said to be.
function nameTools(holder) {
  const name = () =>
    holder.querySelectorAll("button[data-tooltip]:not([aria-label])").forEach((button) => {
      button.setAttribute("aria-label", button.dataset.tooltip.split("\n")[0]);
    });
  const switched = (button) => button.setAttribute("aria-disabled", String(button.classList.contains("disabled")));
  new MutationObserver((changes) => {
    name();
    changes.filter((one) => one.target.matches("button[data-menu-key]")).forEach((one) => switched(one.target));
  }).observe(holder, { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] });
  name();
}

// Tab leaves the text, as everywhere else: who works with the keyboard must be able to get out.
function leaveByTab(text) {
  text.addEventListener("keydown", (event) => event.key === "Tab" && event.stopPropagation(), true);
}

function upgrade(area) {
  const holder = document.createElement("div");
  holder.className = "rich-editor";
  const bar = document.createElement("div");
  const text = document.createElement("div");
  text.className = "rich-editor-text article-body";
  holder.append(bar, text);
  area.after(holder);
  const html = startingHtml(area.value);
  let started = false;
  const editor = createEditor({
    selector: text,
    html,
    config: {
      scroll: false,
      autoFocus: false,
      placeholder: "",
      MENU_CONF: { uploadImage: uploads() },
      hoverbarKeys: HOVER,
      customPaste: (_editor, event) => {
        const pasted = event.clipboardData.getData("text/html");
        tell(/<img[^>]+src=["']?(https?:|\/\/)/i.test(pasted) ? words.dataset.wordOutside : "");
        return true;
      },
      onChange: (it) => {
        if (started) area.value = it.isEmpty() ? "" : it.getHtml();
        started = true;
      },
    },
  });
  createToolbar({ editor, selector: bar, config: { toolbarKeys: TOOLS } });
  area.hidden = true;
  label(text, area);
  nameTools(holder);
  leaveByTab(text);
  return editor;
}

function offerPreview(form) {
  const button = document.createElement("button");
  button.type = "submit";
  button.className = "btn";
  button.textContent = words.dataset.wordPreview;
  button.formAction = words.dataset.preview;
  button.formTarget = "_blank";
  form.querySelector(".form-actions button[type=submit]").after(button);
}

// Leaving with changes that nobody saved asks first; the preview opens beside and is no leaving.
function guardUnsaved(form) {
  let changed = false;
  form.addEventListener("input", () => (changed = true));
  form.addEventListener("submit", (event) => {
    if (!event.submitter || !event.submitter.formTarget) changed = false;
  });
  window.addEventListener("beforeunload", (event) => changed && event.preventDefault());
}

i18nChangeLanguage(words.dataset.lang === "en" ? "en" : "zh-CN");
const areas = [...document.querySelectorAll("textarea[data-rich-text]")];
if (areas.length) {
  const told = document.createElement("p");
  told.className = "field-error";
  told.dataset.editorTold = "";
  told.setAttribute("role", "alert");
  told.hidden = true;
  areas[0].before(told);
  areas.forEach(upgrade);
  guardUnsaved(areas[0].form);
  if (words.dataset.preview) offerPreview(areas[0].form);
}
document.documentElement.dataset.editor = "1";
