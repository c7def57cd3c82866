// The captcha in a form that stands on the page itself, and the demonstration accounts beside the log-in.
import { watchCaptchas } from "./captcha.js";
import "./demonstration.js";

watchCaptchas(document);
