/** Notes a value under its key as the newest one. Beyond `max` keys the oldest is forgotten: no cache grows for ever. */
export function remember<K, V>(notes: Map<K, V>, key: K, value: V, max: number): void {
  notes.delete(key)
  notes.set(key, value)
  const [oldest] = notes.keys()
  if (notes.size > max && oldest !== undefined) notes.delete(oldest)
}
