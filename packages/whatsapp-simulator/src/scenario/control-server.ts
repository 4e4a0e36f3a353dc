import { once } from "node:events"
import { createServer, type Server } from "node:http"
import express, { type ErrorRequestHandler, type Express, type Request, type Response, type Router } from "express"
import { type Listening, portOf } from "../ports.ts"
import { type OperationName, operations } from "./operations/all.ts"
import { Problem } from "./problem.ts"
import type { Scenario } from "./scenario.ts"

/** Room for an image in base64. */
const bodyLimit = "64mb"

/** The HTTP control API: `POST /<operation>`, JSON in and out, problems as `application/problem+json`; and the pocket phone. */
export class ControlServer {
  private readonly http: Server

  constructor(scenario: Scenario, pocketPhone: Router) {
    this.http = createServer(createApp(scenario, pocketPhone))
  }

  /** Resolves with the base URL once the server listens. */
  async start({ host, publicHost, port }: Listening): Promise<string> {
    this.http.listen(port, host)
    await once(this.http, "listening")
    return `http://${publicHost}:${portOf(this.http)}`
  }

  async stop(): Promise<void> {
    this.http.closeAllConnections()
    await new Promise<void>((resolve) => this.http.close(() => resolve()))
  }
}

function createApp(scenario: Scenario, pocketPhone: Router): Express {
  const app = express()
  app.disable("x-powered-by")
  app.use(express.json({ limit: bodyLimit }))
  for (const name of Object.keys(operations).filter(isOperation)) {
    app.post(`/${name}`, async (request: Request, response: Response) => {
      response.json(await perform(scenario, name, request.body ?? {}, abortOnClose(response)))
    })
  }
  app.use(pocketPhone)
  app.use((request: Request) => {
    throw new Problem({
      status: 404,
      code: "not-found",
      detail: `there is no operation ${request.method} ${request.path}`,
    })
  })
  app.use(answerProblem)
  return app
}

async function perform(scenario: Scenario, name: OperationName, body: unknown, signal: AbortSignal): Promise<unknown> {
  const parsed = operations[name].request.safeParse(body)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const field = issue?.path.join(".")
    throw new Problem({ status: 400, code: "invalid", detail: issue?.message ?? "invalid request", field })
  }
  // The request was parsed with the schema of this very operation; the compiler cannot relate the two.
  const operation = scenario[name] as (request: unknown, signal: AbortSignal) => unknown
  return await operation(parsed.data, signal)
}

function isOperation(name: string): name is OperationName {
  return name in operations
}

function abortOnClose(response: Response): AbortSignal {
  const controller = new AbortController()
  response.on("close", () => controller.abort())
  return controller.signal
}

const answerProblem: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error)
  const problem = error instanceof Problem ? error : fromUnknown(error)
  response.status(problem.status).type("application/problem+json").json(problem)
}

function fromUnknown(error: unknown): Problem {
  const status = error instanceof Error && "status" in error && typeof error.status === "number" ? error.status : 500
  const detail = error instanceof Error ? error.message : "unknown"
  return new Problem({ status, code: status < 500 ? "invalid" : "failed", detail })
}
