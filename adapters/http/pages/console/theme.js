// @ts-check
// Before anything is painted: the theme that was chosen, else that of the system.
try {
  document.documentElement.dataset.theme = localStorage.getItem("theme") || "system";
} catch {
  document.documentElement.dataset.theme = "system"; // the browser keeps nothing for us
}
