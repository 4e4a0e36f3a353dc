import { WildcatError } from "@wildcat/shared/contracts"
import type { CommandReply, CommandRequest, CommandVerb } from "@wildcat/shared/contracts"
import type { AccountDoc } from "@wildcat/shared/store"
import type { TenantAccess } from "../../tenant/tenant-access.ts"

type Verb = Extract<CommandVerb, `group.${string}`>

/** An order about the group that the path names, which what is wrong with it is said of. */
export async function askAboutGroup<V extends Verb>(
  tenant: TenantAccess,
  account: AccountDoc,
  verb: V,
  request: CommandRequest<V>,
  field = "path.group",
): Promise<CommandReply<V>> {
  try {
    return await tenant.sessions.command(account, verb, request)
  } catch (error) {
    if (!(error instanceof WildcatError) || !ofGroup.has(error.code)) throw error
    throw new WildcatError(error.code, { detail: error.message, field, cause: error })
  }
}

const ofGroup: ReadonlySet<string> = new Set(["not_found", "not_group_member", "not_group_admin"])
