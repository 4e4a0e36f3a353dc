/** Why an operation was not done, as RFC 9457 has it. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  /** The field of the request that was wrong. */
  readonly field: string | undefined

  constructor(fields: { status: number; code: string; detail: string; field?: string | undefined }) {
    super(fields.detail)
    this.status = fields.status
    this.code = fields.code
    this.field = fields.field
  }

  toJSON() {
    return {
      type: "about:blank",
      title: this.code,
      status: this.status,
      code: this.code,
      detail: this.message,
      field: this.field,
    }
  }
}

export function notFound(field: string, what: string): Problem {
  return new Problem({ status: 404, code: "not-found", detail: `there is no such ${what}`, field })
}

export function timedOut(what: string): Problem {
  return new Problem({ status: 408, code: "timed-out", detail: `${what} within the time` })
}
