// Draws the API description that lies beside this page, light or dark as the system is.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);

follow();
dark.addEventListener("change", follow);
SwaggerUIBundle({ url: "/api/docs/openapi.json", dom_id: "#api", deepLinking: true });
