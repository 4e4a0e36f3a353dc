import { Schema } from "mongoose"
import type { Connection } from "mongoose"
import type { AccountDoc } from "./account-documents.ts"
import type { ApiKeyDoc, TenantDoc } from "./tenant-documents.ts"
import type { WebhookDoc } from "./webhook-documents.ts"
import { scopes } from "./tenant-documents.ts"

const person = { pn: { type: String, default: null }, lid: { type: String, default: null } }
const nullable = <T>(type: T) => ({ type, default: null })

/** Mongoose models of the domain documents. Indexes stand in indexes.ts, all in one place. */
export function modelsOn(connection: Connection) {
  return {
    tenants: connection.model("Tenant", tenantSchema, "tenants"),
    apiKeys: connection.model("ApiKey", apiKeySchema, "apiKeys"),
    accounts: connection.model("Account", accountSchema, "accounts"),
    webhooks: connection.model("Webhook", webhookSchema, "webhooks"),
  }
}

export type Models = ReturnType<typeof modelsOn>

const options = { versionKey: false, strict: "throw", minimize: false } as const

const tenantSchema = new Schema<TenantDoc>(
  { _id: String, name: { type: String, required: true }, createdAt: { type: Date, required: true } },
  options,
)

const apiKeySchema = new Schema<ApiKeyDoc>(
  {
    _id: String,
    tenant: { type: String, required: true },
    name: { type: String, required: true },
    hash: { type: Buffer, required: true },
    scopes: [{ type: String, enum: scopes }],
    account: nullable(String),
    createdAt: { type: Date, required: true },
    expiresAt: nullable(Date),
    revokedAt: nullable(Date),
  },
  options,
)

const accountSchema = new Schema<AccountDoc>(
  {
    _id: String,
    tenant: { type: String, required: true },
    name: { type: String, required: true },
    desired: { type: String, enum: ["running", "stopped", "deleted"], required: true },
    status: { type: String, required: true },
    reason: nullable(new Schema({ code: String, class: String, text: String }, { _id: false })),
    me: nullable(new Schema(person, { _id: false })),
    owner: nullable(new Schema({ worker: String, epoch: Number, since: Date, why: String }, { _id: false })),
    handover: nullable(new Schema({ from: String, to: String, why: String, at: Date }, { _id: false })),
    moves: { type: [new Schema({ worker: String, from: String, why: String, at: Date }, { _id: false })], default: [] },
    restartAt: nullable(Date),
    pacing: nullable(Schema.Types.Mixed),
    restriction: nullable(new Schema({ code: String, since: Date, until: Date }, { _id: false })),
    restrictionAt: nullable(Date),
    statusAt: { type: Date, required: true },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
  },
  options,
)

const webhookSchema = new Schema<WebhookDoc>(
  {
    _id: String,
    tenant: { type: String, required: true },
    account: nullable(String),
    url: { type: String, required: true },
    events: { type: [String], required: true },
    enabled: { type: Boolean, required: true },
    description: nullable(String),
    filter: nullable(Schema.Types.Mixed),
    headers: nullable(Buffer),
    headerNames: { type: [String], default: [] },
    retry: nullable(Schema.Types.Mixed),
    timeoutMs: nullable(Number),
    ordered: nullable(String),
    secret: { type: Buffer, required: true },
    previousSecret: nullable(new Schema({ secret: Buffer, until: Date }, { _id: false })),
    failing: nullable(new Schema({ since: Date, error: String }, { _id: false })),
    disabledBecause: nullable(String),
    notice: nullable(
      new Schema({ id: String, type: { type: String }, since: Date, at: Date, error: String }, { _id: false }),
    ),
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
  },
  options,
)
