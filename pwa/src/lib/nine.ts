// Nine pictures at once, each of which stays where it is until it is answered.

/** `slots` with what is not in `window` any more replaced by what of it has no slot yet, in its order. */
export function settled(slots: readonly string[], window: readonly string[]): string[] {
  const wanted = new Set(window)
  const kept = new Set(slots.filter((id) => wanted.has(id)))
  const fresh = window.filter((id) => !kept.has(id))
  const placed = slots.slice(0, window.length).flatMap((id) => (kept.has(id) ? [id] : fresh.splice(0, 1)))
  const late = slots.slice(window.length).filter((id) => kept.has(id))
  return [...placed, ...late, ...fresh].slice(0, window.length)
}
