import { newId } from "@wildcat/shared/contracts"
import { asked, badJson, badPage, tooLarge, wrong } from "./bad.ts"
import type { Rows } from "./bad.ts"

/** Bad input of the routes about accounts, keys and workers. */
export const accountRows: Rows = {
  createAccount: [
    ...badJson,
    tooLarge,
    wrong("no name", {}, "name"),
    wrong("empty name", { name: " " }, "name"),
    wrong("name too long", { name: "x".repeat(101) }, "name"),
    wrong("unknown field", { name: "x", surprise: 1 }, "surprise"),
    wrong("start no boolean", { name: "x", start: "yes" }, "start"),
  ],
  listAccounts: badPage,
  getAccount: [],
  updateAccount: [
    ...badJson,
    tooLarge,
    wrong("empty name", { name: " " }, "name"),
    wrong("pacing of no form", { pacing: "slow" }, "pacing"),
    wrong("limit zero", { pacing: { perHour: 0 } }, "pacing.perHour"),
    wrong(
      "delay that ends before it begins",
      { pacing: { delaySeconds: { min: 2, max: 1 } } },
      "pacing.delaySeconds.max",
    ),
  ],
  getAccountMoves: [],
  startAccount: [],
  stopAccount: [],
  restartAccount: [],
  logOutAccount: [],
  deleteAccount: [],
  getQr: [asked("unknown format", "format=gif", "query.format")],
  getSnapshot: [asked("unknown format", "format=gif", "query.format")],
  listKeys: badPage,
  createKey: [
    ...badJson,
    tooLarge,
    wrong("no scopes", { name: "x", scopes: [] }, "scopes"),
    wrong("unknown scope", { name: "x", scopes: ["root"] }, "scopes.0"),
    wrong("expired", { name: "x", scopes: ["read"], expiresAt: "2020-01-01T00:00:00Z" }, "expiresAt"),
    wrong("no date", { name: "x", scopes: ["read"], expiresAt: "soon" }, "expiresAt"),
    [
      "unknown account",
      { body: { name: "x", scopes: ["read"], account: newId("account") } },
      404,
      "not_found",
      "account",
    ],
  ],
  revokeKey: [],
  listWorkers: [asked("unknown parameter", "x=1", "query.x")],
  getWorkerAccounts: badPage,
  drainWorker: [],
  undrainWorker: [],
}
