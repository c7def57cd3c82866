// The log-in form: captcha, and the demonstration accounts filled in at a click.
import { watchCaptchas } from "./captcha.js";

watchCaptchas(document);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-demo-account]");
  if (!button) return;
  document.getElementById("account").value = button.dataset.demoAccount;
  document.getElementById("password").value = button.dataset.demoPassword;
  document.getElementById("captcha").focus();
});
