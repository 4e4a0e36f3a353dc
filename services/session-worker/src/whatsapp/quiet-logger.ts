import type { Logger } from "@wildcat/shared/runtime"
import type { SocketConfig } from "@whiskeysockets/baileys"

type BaileysLogger = SocketConfig["logger"]

/**
 * Baileys' log lines hold keys, numbers and texts in free form. Only their constant sentences pass, the severe ones, and
 * only those without values in them.
 */
export function quietLogger(log: Logger): BaileysLogger {
  const pass = (severity: "warn" | "error", message: unknown) => {
    if (typeof message === "string" && isConstant(message)) log.debug({ severity, says: message }, "baileys.said")
  }
  const logger: BaileysLogger = {
    level: "warn",
    child: () => logger,
    trace: () => undefined,
    debug: () => undefined,
    info: () => undefined,
    warn: (_fields, message) => pass("warn", message),
    error: (_fields, message) => pass("error", message),
  }
  return logger
}

function isConstant(message: string): boolean {
  return message.length < 100 && !/[\d@:{]/.test(message)
}
