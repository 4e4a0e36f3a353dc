import type { OutboundContent } from "./content.ts"

/** A text with `{variables}`; `{{` and `}}` are braces. */
export type Template = readonly ({ text: string } | { variable: string })[]

/** Throws TemplateError for a brace that belongs to nothing. */
export function parseTemplate(text: string): Template {
  const parts: ({ text: string } | { variable: string })[] = []
  let end = 0
  for (const match of text.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]/g)) {
    parts.push({ text: text.slice(end, match.index) })
    parts.push(partOf(match[0], match[1]))
    end = match.index + match[0].length
  }
  return [...parts, { text: text.slice(end) }]
}

const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/

function partOf(found: string, name: string | undefined): Template[number] {
  if (found === "{{") return { text: "{" }
  if (found === "}}") return { text: "}" }
  if (name === undefined) throw new TemplateError("has a brace that belongs to nothing; write {{ or }} for a brace")
  if (!variableName.test(name)) {
    throw new TemplateError("has a variable whose name is not letters, digits and _; write {{ or }} for a brace")
  }
  return { variable: name }
}

export class TemplateError extends Error {
  override readonly name = "TemplateError"
}

/** The fields of a content that may hold variables. */
const templateFields = ["text", "caption"] as const
type TemplateField = (typeof templateFields)[number]

function textsOf(content: object): [TemplateField, string][] {
  return templateFields.flatMap((field) => {
    const text: unknown = Reflect.get(content, field)
    return typeof text === "string" ? [[field, text]] : []
  })
}

/** The first field of a content that is no template, with what is wrong; null when all are. */
export function templateFault(content: object): { field: string; detail: string } | null {
  for (const [field, text] of textsOf(content)) {
    try {
      parseTemplate(text)
    } catch (error) {
      if (error instanceof TemplateError) return { field, detail: error.message }
      throw error
    }
  }
  return null
}

/** Names of the variables that a content needs. Throws TemplateError as `parseTemplate`. */
export function variablesOf(content: object): string[] {
  const names = textsOf(content).flatMap(([, text]) =>
    parseTemplate(text).flatMap((part) => ("variable" in part ? [part.variable] : [])),
  )
  return [...new Set(names)]
}

/** The content for one recipient. Throws TemplateError when a variable is not given. */
export function renderContent<C extends OutboundContent>(content: C, variables: Readonly<Record<string, string>>): C {
  const rendered = textsOf(content).map(([field, text]) => [field, renderText(parseTemplate(text), variables)])
  return { ...content, ...Object.fromEntries(rendered) }
}

function renderText(template: Template, variables: Readonly<Record<string, string>>): string {
  return template
    .map((part) => {
      if ("text" in part) return part.text
      const value = Object.hasOwn(variables, part.variable) ? variables[part.variable] : undefined
      if (value === undefined) throw new TemplateError(`the variable {${part.variable}} is not given`)
      return value
    })
    .join("")
}
