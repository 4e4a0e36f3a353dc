import type { Readable } from "node:stream"
import { parse } from "csv-parse"
import { z } from "zod"
import { OutboundContent, TemplateError, parseAddress, renderContent, variablesOf } from "@wildcat/shared/contracts"

/** Formats in which recipients come. */
export const recipientFormats = ["application/x-ndjson", "text/csv"] as const
export type RecipientFormat = (typeof recipientFormats)[number]

const Variables = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, "must be letters, digits and _"), Value())

/** One recipient, as it stands in a JSON body or on a line of NDJSON. */
export const RecipientInput = z
  .strictObject({
    to: z.string().max(64).describe("Phone number with country code, or JID of a person"),
    variables: Variables.default({}).describe("A value for each variable of the campaign's content"),
  })
  .meta({ id: "CampaignRecipientInput", example: { to: "+49 151 12345678", variables: { name: "Ada" } } })
export type RecipientInput = z.infer<typeof RecipientInput>

/** Numbers are written as people write them in JSON. */
function Value() {
  return z.union([z.string().max(4_096), z.number().transform(String)])
}

/** A recipient that can be written to. */
export interface Recipient {
  to: string
  variables: Record<string, string>
}

/** Why one cannot: the field in dotted form, with a sentence. */
export class RecipientFault extends Error {
  override readonly name = "RecipientFault"
  readonly field: string

  constructor(field: string, detail: string) {
    super(detail)
    this.field = field
  }
}

/** Throws RecipientFault for somebody to whom this content cannot be sent. */
export function readRecipient(input: unknown, content: OutboundContent): Recipient {
  const parsed = RecipientInput.safeParse(input)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const path = issue?.code === "unrecognized_keys" ? [...issue.path, ...issue.keys.slice(0, 1)] : (issue?.path ?? [])
    throw new RecipientFault(path.join(".") || "line", issue?.message ?? "is not valid")
  }
  const { to, variables } = parsed.data
  const address = parseAddress(to)
  if (address === null || (address.kind !== "user" && address.kind !== "lid")) {
    throw new RecipientFault("to", "must be a phone number with country code, or the JID of a person")
  }
  requireVariables(content, variables)
  const rendered = OutboundContent.safeParse(rendering(content, variables))
  if (!rendered.success)
    throw new RecipientFault("variables", `make a content that cannot be sent: ${said(rendered.error)}`)
  return { to: address.jid, variables }
}

function requireVariables(content: OutboundContent, variables: Record<string, string>): void {
  const needed = variablesOf(content)
  const missing = needed.find((name) => !Object.hasOwn(variables, name))
  if (missing !== undefined) throw new RecipientFault(`variables.${missing}`, "is missing: the content needs it")
}

function rendering(content: OutboundContent, variables: Record<string, string>): OutboundContent {
  try {
    return renderContent(content, variables)
  } catch (error) {
    throw error instanceof TemplateError ? new RecipientFault("variables", error.message) : error
  }
}

function said(error: z.ZodError): string {
  const [issue] = error.issues
  return `${issue?.path.join(".") ?? ""} ${issue?.message ?? "is not valid"}`
}

/** One line of an upload: what it says, or why it says nothing. `line` counts from 1. */
export type Line = { line: number; input: unknown } | { line: number; fault: RecipientFault }

/** Longest line; a recipient with long values has some kilobytes. */
const lineBytesMax = 64 * 1024

/** Reads an upload line by line; no more than a line and what is under way is held. */
export function readLines(source: Readable, format: RecipientFormat): AsyncIterable<Line> {
  return format === "text/csv" ? readCsv(source) : readNdjson(source)
}

async function* readNdjson(source: Readable): AsyncGenerator<Line> {
  let line = 0
  for await (const text of splitLines(source)) {
    line += 1
    if (text === null) yield { line, fault: new RecipientFault("line", `has more than ${lineBytesMax} bytes`) }
    else if (text.trim() !== "") yield { line, ...readJson(text) }
  }
}

function readJson(text: string): { input: unknown } | { fault: RecipientFault } {
  try {
    return { input: JSON.parse(text) }
  } catch {
    return { fault: new RecipientFault("line", "is not JSON") } // What is wrong with it is all there is to say.
  }
}

/** Null for a line that is too long. */
async function* splitLines(source: Readable): AsyncGenerator<string | null> {
  const decoder = new TextDecoder()
  let rest = ""
  let isTooLong = false
  for await (const chunk of source) {
    const pieces = (rest + decoder.decode(chunk, { stream: true })).split("\n")
    rest = pieces.pop() ?? ""
    for (const piece of pieces) {
      yield isTooLong || piece.length > lineBytesMax ? null : piece
      isTooLong = false
    }
    if (rest.length > lineBytesMax) {
      isTooLong = true
      rest = ""
    }
  }
  rest += decoder.decode()
  if (rest !== "" || isTooLong) yield isTooLong ? null : rest
}

/** The first line names the columns: `to`, and one for each variable. */
async function* readCsv(source: Readable): AsyncGenerator<Line> {
  const faults: Line[] = []
  const parser = parse({
    bom: true,
    columns: true,
    info: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    trim: true,
    max_record_size: lineBytesMax,
    on_skip: (error) => {
      faults.push({ line: lineOf(error), fault: new RecipientFault("line", "is not CSV with these columns") })
    },
  })
  source.once("error", (error) => parser.destroy(error))
  source.pipe(parser)
  // With `columns` and `info` this is what the parser yields; its types do not follow its options.
  for await (const { record, info } of parser as AsyncIterable<{
    record: Record<string, string>
    info: { lines: number }
  }>) {
    yield* faults.splice(0)
    const { to, ...variables } = record
    yield { line: info.lines, input: { to: to ?? "", variables } }
  }
  yield* faults.splice(0)
}

function lineOf(error: unknown): number {
  const lines: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "lines") : undefined
  return typeof lines === "number" ? lines : 0
}
