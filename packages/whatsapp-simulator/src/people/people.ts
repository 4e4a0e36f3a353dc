import type { Addressing } from "../stanza/addresses.ts"
import { Contact } from "./contact.ts"
import type { HistoryChat, HistoryForm } from "./initial-sync.ts"
import type { Network } from "./network.ts"
import { Phone } from "./phone.ts"

type NewPerson = { phone?: string | undefined; name?: string | undefined; addressing?: Addressing | undefined }

/** Everyone the simulator plays, by id. */
export class People {
  private readonly network: Network
  private readonly contacts = new Map<string, Contact>()
  private readonly phones = new Map<string, Phone>()

  constructor(network: Network) {
    this.network = network
  }

  /** @throws NumberTaken */
  addContact(fields: NewPerson & { isSink?: boolean }): Contact {
    const id = `contact-${this.contacts.size + 1}`
    const user = this.network.directory.add(named(id, fields))
    const contact = new Contact({ user, network: this.network, isSink: fields.isSink ?? false })
    this.contacts.set(id, contact)
    return contact
  }

  /** @throws NumberTaken */
  addPhone(
    fields: NewPerson & { history: HistoryChat[]; historyForm?: HistoryForm | undefined; isSink: boolean },
  ): Phone {
    const id = `phone-${this.phones.size + 1}`
    const user = this.network.directory.add(named(id, fields))
    const phone = new Phone({
      user,
      network: this.network,
      history: fields.history,
      historyForm: fields.historyForm ?? "inline",
      isSink: fields.isSink,
    })
    this.phones.set(id, phone)
    return phone
  }

  contact(id: string): Contact | undefined {
    return this.contacts.get(id)
  }

  phone(id: string): Phone | undefined {
    return this.phones.get(id)
  }

  allContacts(): Contact[] {
    return [...this.contacts.values()]
  }

  allPhones(): Phone[] {
    return [...this.phones.values()]
  }
}

function named(id: string, fields: NewPerson) {
  return { id, phone: fields.phone, name: fields.name ?? id, addressing: fields.addressing ?? "lid" } as const
}
