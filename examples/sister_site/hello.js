// Frontdesk is a sister of this page: accounts.example.com beside app.example.com. It runs with
//   FRONTDESK_PUBLIC_ORIGIN=https://accounts.example.com
//   FRONTDESK_COOKIE_DOMAIN=example.com
//   FRONTDESK_TRUSTED_ORIGINS=https://app.example.com
const frontdesk = new URL(location.href);
frontdesk.hostname = frontdesk.hostname.replace(/^[^.]+/, "accounts");
frontdesk.port = new URLSearchParams(location.search).get("port") ?? frontdesk.port;

const answer = await fetch(new URL("/api/session", frontdesk), { credentials: "include" });
const said = await answer.json();
document.querySelector("#hello").textContent = answer.ok ? `Hello ${said.user.username}` : said.detail;
