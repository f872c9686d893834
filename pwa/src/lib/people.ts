// What is asked about people: what each sees, who listens on a screen, what somebody did. Fetched when first needed.
import { address, ask, call } from './api'
import { count } from './format'
import type * as N from './nouns'

export type Only = 'all' | 'rated' | 'played' | 'opened'

const LONG_MS = 10 * 60_000

export const people = {
  rename: (id: number, name: string) => call<N.Person>('PATCH', `/api/people/${id}`, { name }),
  remove: (id: number) => call<void>('DELETE', `/api/people/${id}`),
  sight: (id: number) => call<N.SightOut>('GET', `/api/people/${id}/sight`),
  show: (id: number, child: boolean, seen: Record<number, boolean>) => call<N.SightOut>('PUT', `/api/people/${id}/sight`, { child, seen }),
  leave: (id: number) => call<N.Leaving>('GET', `/api/people/${id}/listening`),
  allow: (id: number, allowed: boolean, pin: string | null) => call<N.Leaving>('PUT', `/api/people/${id}/listening`, { allowed, pin }),
  listeners: () => call<N.Listeners>('GET', '/api/session/listening'),
  choose: (person: number, pin: string) => call<N.Session>('PUT', '/api/session/listening', { person, pin }),
  setIdle: (minutes: number) => call<void>('PUT', '/api/screens', { idle_min: minutes }),
  history: (only: Only, after: string | null) => call<N.HistoryPage>('GET', address('/api/history', { only, after })),
  bring: (lines: Blob) => call<N.Settled>('POST', '/api/history', lines, LONG_MS),
}

/** Put all that a person did into a file of this device: as lines, or with what was made of it as a whole taste. */
export async function carryAway(id: number, name: string, as: 'export' | 'taste' = 'export'): Promise<void> {
  const lines = await (await ask('GET', `/api/people/${id}/${as}`, undefined, LONG_MS)).blob()
  const link = document.createElement('a')
  link.href = URL.createObjectURL(lines)
  link.download = `${name} in Anagnorisis.${as === 'taste' ? 'zip' : 'jsonl'}`
  link.click()
  URL.revokeObjectURL(link.href)
}

/** What became of a file that was brought in, in a few sentences. */
export function becameOf({ kept, refused, reasons, tastes = [] }: N.Settled): string {
  const [first] = reasons
  const lost = first ? [`${count(refused, 'line')} could not be taken in; the first is line ${first.line}: ${first.detail}`] : []
  const here = `${count(kept, 'event')} of the file ${kept === 1 ? 'is' : 'are'} in the house now.`
  return [here, ...tastes.map((one) => one.says), ...lost].join(' ')
}
