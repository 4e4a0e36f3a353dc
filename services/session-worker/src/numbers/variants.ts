/**
 * The ways in which one mobile number is written in countries that changed theirs: a person may be known to WhatsApp under
 * either. Brazil put a 9 before eight-digit mobile numbers (from 2012 on), Mexico had a 1 after 52 until 2019, Argentina
 * writes a 9 after 54 for calls from abroad. The number itself comes first; digits only.
 */
export function variantsOf(digits: string): string[] {
  const other = rules.flatMap(({ form, other: rewrite }) => (form.test(digits) ? [digits.replace(form, rewrite)] : []))
  return [digits, ...other]
}

const rules = [
  { form: /^55(\d\d)9([6-9]\d{7})$/, other: "55$1$2" },
  { form: /^55(\d\d)([6-9]\d{7})$/, other: "55$19$2" },
  { form: /^521(\d{10})$/, other: "52$1" },
  { form: /^52([2-9]\d{9})$/, other: "521$1" },
  { form: /^549(\d{10})$/, other: "54$1" },
  { form: /^54([1-8]\d{9})$/, other: "549$1" },
] as const
