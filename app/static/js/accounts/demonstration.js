// The demonstration accounts beside the log-in form are filled in at a click.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-demo-account]");
  if (!button) return;
  const box = button.closest("dialog") || document;
  box.querySelector(".login-form [name=account]").value = button.dataset.demoAccount;
  box.querySelector(".login-form [name=password]").value = button.dataset.demoPassword;
  box.querySelector(".login-form [name=captcha]").focus();
});
