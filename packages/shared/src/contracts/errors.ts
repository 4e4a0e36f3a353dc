/**
 * Every error that an API client can meet: stable code → HTTP status and title. The one place that maps them.
 * `field` names what was wrong in the request, in dotted form (`content.text`, `query.limit`, `header.idempotency-key`).
 */
export const errorCodes = {
  invalid_json: { status: 400, title: "The body is not valid JSON" },
  invalid_request: { status: 400, title: "The request is not valid" },
  unauthorized: { status: 401, title: "An API key is needed" },
  forbidden: { status: 403, title: "The API key may not do this" },
  not_found: { status: 404, title: "There is no such thing" },
  method_not_allowed: { status: 405, title: "The method is not allowed here" },
  not_acceptable: { status: 406, title: "None of the accepted formats can be given" },
  conflict: { status: 409, title: "The request does not fit the present state" },
  account_not_running: { status: 409, title: "The account is not running" },
  account_not_linked: { status: 409, title: "The account is not linked to a phone" },
  account_already_linked: { status: 409, title: "The account is linked already" },
  limit_reached: { status: 409, title: "The tenant has no more of these left" },
  account_limit_reached: { status: 409, title: "The tenant has no account left" },
  events_expired: { status: 410, title: "The events after this one are no longer in the log" },
  body_too_large: { status: 413, title: "The body is too large" },
  media_too_large: { status: 413, title: "The media is too large" },
  unsupported_media_type: { status: 415, title: "The content type is not supported" },
  idempotency_key_reused: { status: 422, title: "The idempotency key was used for another request" },
  media_not_fetched: { status: 422, title: "The media could not be fetched from its URL" },
  address_not_allowed: { status: 422, title: "The address is not allowed" },
  refused_by_whatsapp: { status: 422, title: "WhatsApp refused it" },
  not_on_whatsapp: { status: 422, title: "The number is not on WhatsApp" },
  not_group_member: { status: 422, title: "The account is not in the group" },
  not_group_admin: { status: 422, title: "The account is not an admin of the group" },
  rate_limited: { status: 429, title: "Too many requests" },
  client_closed_request: { status: 499, title: "The client went away" },
  internal: { status: 500, title: "Something went wrong" },
  not_supported: { status: 501, title: "WhatsApp or this release cannot do this" },
  session_unavailable: { status: 503, title: "No worker owns the account's session right now" },
  session_not_connected: { status: 503, title: "The account is not connected to WhatsApp right now" },
  dependency_unavailable: { status: 503, title: "A part of the system is not available" },
  session_timeout: { status: 504, title: "The session did not answer in time" },
} as const satisfies Record<string, { status: number; title: string }>

export type ErrorCode = keyof typeof errorCodes

interface ErrorOptions {
  /** A sentence for the caller; never holds secrets or internals. */
  detail?: string
  /** What was wrong in the request. */
  field?: string
  /** Further members of the problem document: what a client needs to go on. */
  members?: Readonly<Record<string, string>>
  /** When the same request may succeed, in seconds from now; answered as `Retry-After`. */
  retryAfterSeconds?: number
  cause?: unknown
}

/** The one error class: a stable code, a public sentence, the field that was wrong. */
export class WildcatError extends Error {
  readonly code: ErrorCode
  readonly field: string | undefined
  readonly members: Readonly<Record<string, string>>
  readonly retryAfterSeconds: number | undefined

  constructor(code: ErrorCode, options: ErrorOptions = {}) {
    super(options.detail ?? errorCodes[code].title, { cause: options.cause })
    this.name = "WildcatError"
    this.code = code
    this.field = options.field
    this.members = options.members ?? {}
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/** RFC 9457 problem document. */
export interface Problem {
  /** Always `about:blank#<code>`: the code is the identifier. */
  type: string
  title: string
  status: number
  detail: string
  code: ErrorCode
  /** Absent when no single field was wrong. */
  field?: string
  /** Names the request in Wildcat's logs. */
  requestId?: string
}

export function problemOf(error: WildcatError, requestId?: string): Problem {
  const { status, title } = errorCodes[error.code]
  return {
    ...error.members,
    type: `about:blank#${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    ...(error.field === undefined ? {} : { field: error.field }),
    ...(requestId === undefined ? {} : { requestId }),
  }
}
