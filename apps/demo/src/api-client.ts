import type { z } from "zod"

/** Calls Wildcat's API as any HTTP client would. Anything but a 2xx becomes an Error with the problem that was answered. */
export interface ApiClient {
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>
  /** `idempotencyKey`: the same key makes the same call once, however often it is made. */
  post<T>(path: string, body: unknown, schema: z.ZodType<T>, options?: { idempotencyKey?: string }): Promise<T>
}

interface Request {
  method: "GET" | "POST"
  body?: string
  headers?: Record<string, string>
}

export function createApiClient(options: { url: string; key: string }): ApiClient {
  const call = async <T>(schema: z.ZodType<T>, path: string, request: Request): Promise<T> => {
    const response = await fetch(`${options.url}${path}`, {
      ...request,
      headers: { "x-api-key": options.key, ...request.headers },
      signal: AbortSignal.timeout(60_000),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${request.method} ${path} answered ${response.status}: ${text}`)
    return schema.parse(JSON.parse(text))
  }
  return {
    get: (path, schema) => call(schema, path, { method: "GET" }),
    post: (path, body, schema, { idempotencyKey } = {}) =>
      call(schema, path, {
        method: "POST",
        body: JSON.stringify(body),
        headers: {
          "content-type": "application/json",
          ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
        },
      }),
  }
}
