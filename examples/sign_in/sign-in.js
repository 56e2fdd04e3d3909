// The page of docs/applications.md on which people log in at Frontdesk.
const frontdesk = new URLSearchParams(location.search).get("frontdesk") ?? "http://127.0.0.1:8000";
const form = document.querySelector("#sign-in");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await fetch(`${frontdesk}/api/user/login`, {
    method: "POST",
    credentials: "include",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(Object.fromEntries(new FormData(form))),
  });
  const body = await answer.json();
  form.querySelector("[role=alert]").textContent = answer.ok ? `Hello ${body.username}` : body.detail;
});
