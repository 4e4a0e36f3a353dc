import { AddressInput } from "@wildcat/shared/contracts"

/** A person: a phone number, or a JID under either name. */
export const PersonInput = AddressInput.refine(
  (address) => address.kind === "user" || address.kind === "lid",
  "must be a phone number with country code, or the JID of a person",
)

export const GroupInput = AddressInput.refine(
  (address) => address.kind === "group",
  "must be the JID of a group, as 120363041234567890@g.us",
)
