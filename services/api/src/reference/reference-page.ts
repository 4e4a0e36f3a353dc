import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import type { PublicRoute, Reply } from "../http/route.ts"

const { resolve } = createRequire(import.meta.url)

/** Nothing from elsewhere, nothing inline; calls that are tried out go to this API alone. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ")

/** Addresses are relative: the API may be reached below a path. */
const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Wildcat: API reference</title>
    <link rel="icon" href="docs/icon.png" />
    <link rel="stylesheet" href="docs/reference.css" />
  </head>
  <body>
    <div id="reference"></div>
    <script src="docs/reference.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`

const start = `SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayOperationId: true,
  filter: true,
  validatorUrl: null,
})
`

/** The page `/docs`: the OpenAPI document to read and to try, with Swagger UI, all of it served from here. */
export function referencePage(): PublicRoute {
  return {
    method: "get",
    path: "/docs",
    operation: "getReference",
    admission: "public",
    tag: "service",
    errors: [],
    summary: "The reference as a page, to read and to try",
    responses: { 200: { description: "The page", content: { "text/html": null } } },
    handler: async () => answer(page, "text/html; charset=utf-8", { "content-security-policy": policy }),
  }
}

/** What the page is made of; not part of the API. */
export function referenceFiles(): PublicRoute[] {
  const javascript = "text/javascript; charset=utf-8"
  return [
    file("/docs/start.js", async () => answer(start, javascript)),
    file("/docs/reference.js", () => packaged("swagger-ui-bundle.js", javascript)),
    file("/docs/reference.css", () => packaged("swagger-ui.css", "text/css; charset=utf-8")),
    file("/docs/icon.png", () => packaged("favicon-32x32.png", "image/png")),
  ]
}

function file(path: string, handler: () => Promise<Reply>): PublicRoute {
  const described = { operation: path, summary: "", responses: {}, errors: [], tag: "service" }
  return { ...described, method: "get", admission: "public", path, handler }
}

async function packaged(name: string, type: string): Promise<Reply> {
  return answer(await readFile(resolve(`swagger-ui-dist/${name}`)), type, { "cache-control": "public, max-age=3600" })
}

function answer(body: string | Buffer, type: string, headers: Record<string, string> = {}): Reply {
  return { status: 200, headers: { "content-type": type, ...headers }, body: Buffer.from(body) }
}
