import { ErrorCode as NatsCode, JSONCodec, NatsError } from "nats"
import type { Msg } from "nats"
import { z } from "zod"
import { WildcatError, commands, errorCodes } from "../contracts/index.ts"
import type { CommandReply, CommandRequest, CommandVerb, ErrorCode } from "../contracts/index.ts"
import { tolerate } from "../runtime/index.ts"
import type { Logger } from "../runtime/index.ts"
import type { Bus } from "./connect.ts"

const json = JSONCodec()

const Order = z.object({ deadline: z.number(), request: z.unknown() })
const codes = Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]
const Answer = z.discriminatedUnion("ok", [
  z.object({ ok: z.literal(true), reply: z.unknown() }),
  z.object({ ok: z.literal(false), code: z.enum(codes), detail: z.string() }),
])

/** One function per verb: a missing handler does not compile. */
export type CommandHandlers = { [V in CommandVerb]: (request: CommandRequest<V>) => Promise<CommandReply<V>> }

/**
 * Sends an order to the worker that owns the account's session and waits for its reply.
 * Throws WildcatError `session_unavailable` at once when nobody owns it, `session_timeout` after the deadline,
 * `dependency_unavailable` without NATS, or the code that the worker answered with.
 */
export async function requestCommand<V extends CommandVerb>(
  bus: Bus,
  order: { account: string; verb: V; request: CommandRequest<V>; deadlineMs?: number },
): Promise<CommandReply<V>> {
  const deadlineMs = order.deadlineMs ?? commands[order.verb].deadlineMs
  const payload = json.encode({ deadline: Date.now() + deadlineMs, request: order.request })
  const message = await request(bus, bus.subjects.command(order.account, order.verb), payload, deadlineMs)
  const answer = Answer.parse(json.decode(message.data))
  if (!answer.ok) throw new WildcatError(answer.code, { detail: answer.detail })
  // The catalogue ties the verb to its reply schema; TypeScript cannot follow that through a lookup.
  return commands[order.verb].reply.parse(answer.reply) as CommandReply<V>
}

/**
 * Serves the orders for one account until `stop`. An order past its deadline is answered as expired and not carried out, as
 * is each while `isExpired` says that the server of the orders may no longer be the right one.
 */
export function serveCommands(
  bus: Bus,
  options: { account: string; handlers: Partial<CommandHandlers>; isExpired?: () => boolean; log: Logger },
): { stop(): void } {
  const subscription = bus.connection.subscribe(bus.subjects.commandsOfAccount(options.account), {
    callback: (error, message) => {
      if (error) return options.log.error({ error }, "command.subscription_failed")
      const answered = serve(message, options).then((answer) => message.respond(json.encode(answer)))
      // Too large for NATS, or the connection is closed: that must not end the process.
      void tolerate(answered, "whoever asked is told at the deadline", options.log)
    },
  })
  return { stop: () => subscription.unsubscribe() }
}

async function serve(
  message: Msg,
  options: { handlers: Partial<CommandHandlers>; isExpired?: () => boolean; log: Logger },
): Promise<z.infer<typeof Answer>> {
  try {
    const order = Order.parse(json.decode(message.data))
    if (order.deadline < Date.now() || options.isExpired?.() === true) {
      options.log.info({ subject: message.subject }, "command.expired")
      return { ok: false, code: "session_timeout", detail: "the command expired before the session could begin it" }
    }
    return { ok: true, reply: await dispatch(message.subject, order.request, options.handlers) }
  } catch (error) {
    if (error instanceof WildcatError) return { ok: false, code: error.code, detail: error.message }
    options.log.error({ error, subject: message.subject }, "command.failed")
    return { ok: false, code: "internal", detail: "the session failed to carry out the command" }
  }
}

async function dispatch(subject: string, request: unknown, handlers: Partial<CommandHandlers>): Promise<unknown> {
  const verb = verbs.find((each) => subject.endsWith(`.${each}`))
  if (verb === undefined || handlers[verb] === undefined)
    throw new WildcatError("not_supported", { detail: "this worker does not know the command" })
  // As above: handlers[verb] takes exactly what commands[verb].request yields.
  const handler = handlers[verb] as (request: unknown) => Promise<unknown>
  return handler(commands[verb].request.parse(request))
}

const verbs = Object.keys(commands) as CommandVerb[]

async function request(bus: Bus, subject: string, payload: Uint8Array, timeout: number): Promise<Msg> {
  try {
    return await bus.connection.request(subject, payload, { timeout })
  } catch (error) {
    if (error instanceof NatsError && error.code === NatsCode.NoResponders) {
      throw new WildcatError("session_unavailable", { cause: error })
    }
    if (error instanceof NatsError && error.code === NatsCode.Timeout) {
      throw new WildcatError("session_timeout", { cause: error })
    }
    throw new WildcatError("dependency_unavailable", { detail: "the message bus is not available", cause: error })
  }
}
