// The theme that was chosen in the console, else that of the system.
const chosen = (() => {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null; // the browser keeps nothing for us
  }
})();
const system = matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", chosen === "dark" || (chosen !== "light" && system.matches));
system.addEventListener("change", paint);
paint();

SwaggerUIBundle({
  url: "/schema/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
