// What was done, by the days on which it was done.
import type { Did } from './nouns'

export type Day = { day: string; did: Did[] }

/** The days of a list, each with what was done on it, in the order of the list. */
export function byDay(did: readonly Did[]): Day[] {
  const days: Day[] = []
  for (const one of did) {
    const day = new Date(one.at).toLocaleDateString(undefined, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
    const last = days.at(-1)
    if (last?.day === day) last.did.push(one)
    else days.push({ day, did: [one] })
  }
  return days
}

/** "March 2024" of 2024-03. */
export function monthOf(label: string): string {
  const [year, month] = label.split('-').map(Number)
  if (!year || !month) return label
  return new Date(year, month - 1).toLocaleDateString(undefined, { month: 'long', year: 'numeric' })
}

/** "2024" of 2024-03. */
export const yearOf = (label: string) => label.slice(0, 4)
