// Draws the API description that lies beside this page.
SwaggerUIBundle({ url: "/api/docs/openapi.json", dom_id: "#api", deepLinking: true });
