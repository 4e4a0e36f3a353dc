import { readFileSync } from "node:fs"
import { type NextFunction, type Request, type Response, Router } from "express"
import { notFound } from "../scenario/problem.ts"
import type { ScenarioParts } from "../scenario/scenario.ts"
import { LiveStreams } from "./live-streams.ts"

/** The page's files; found from the sources and from the build alike. */
const site = new URL("../../src/pocket/site/", import.meta.url)
const contentTypes = { html: "text/html", css: "text/css", js: "text/javascript" } as const
const assets = {
  "style.css": "css",
  "main.js": "js",
  "dom.js": "js",
  "control.js": "js",
  "state.js": "js",
  "home.js": "js",
  "linked-devices.js": "js",
  "scanner.js": "js",
  "chats.js": "js",
  "chat.js": "js",
  "bubble.js": "js",
} as const satisfies Record<string, keyof typeof contentTypes>

/** Nothing but the page's own files runs or loads, and no text can become markup. */
const headers = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(self)",
  "cache-control": "no-store",
} as const

/** The pocket phone: `GET /phone` shows it, what it needs is below. It acts through the control API's operations. */
export function createPocketPhone(parts: ScenarioParts): Router {
  const router = Router()
  const streams = new LiveStreams(parts)
  router.use("/phone", setHeaders)
  router.get("/phone", serve("index.html", "html"))
  for (const [name, type] of Object.entries(assets)) router.get(`/phone/assets/${name}`, serve(name, type))
  router.get("/phone/events", (request, response) => streams.open(request, response))
  router.get("/phone/photos/:personId/:messageId", (request, response) => {
    const photo = parts.journal.photo(request.params.personId, request.params.messageId)
    if (!photo) throw notFound("messageId", "photo")
    response.type(photo.mimetype).send(photo.bytes)
  })
  return router
}

function setHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.set(headers)
  next()
}

function serve(name: string, type: keyof typeof contentTypes) {
  const content = readFileSync(new URL(name, site))
  return (_request: Request, response: Response) => {
    response.type(contentTypes[type]).send(content)
  }
}
