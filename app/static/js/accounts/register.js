// Registration: organisation types follow the industry, licence fields follow the answer. The server checks both anyway.
import { watchCaptchas } from "./captcha.js";

const industry = document.querySelector("[data-industry]");
const orgType = document.querySelector("[data-org-type]");
const licence = document.querySelector("[data-licence]");

function narrow() {
  const label = industry.selectedOptions[0] && industry.value ? industry.selectedOptions[0].text : "";
  orgType.querySelectorAll("optgroup").forEach((group) => {
    if (group.label) group.hidden = group.disabled = Boolean(label) && group.label !== label;
  });
  const fitting = [...orgType.querySelectorAll("optgroup")].find((group) => group.label && group.label === label);
  if (!fitting) return;
  const options = [...fitting.querySelectorAll("option")];
  if (!options.some((option) => option.selected)) orgType.value = options.length === 1 ? options[0].value : "";
}

function showLicence() {
  const chosen = document.querySelector("input[name=has_licence]:checked");
  licence.hidden = !chosen || chosen.value !== "yes";
}

industry.addEventListener("change", narrow);
document.querySelectorAll("input[name=has_licence]").forEach((box) => box.addEventListener("change", showLicence));
narrow();
showLicence();
watchCaptchas(document);
