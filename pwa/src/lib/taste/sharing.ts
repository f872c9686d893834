// What passes between a person and the others of the house. Fetched with the section that shows it.
import { call } from '../api'
import type { components } from '../types'

export type Sharing = components['schemas']['SharingOut']
export type Wanted = components['schemas']['Wanted']

const at = (person: number) => `/api/people/${person}/sharing`

export const sharing = {
  get: (person: number) => call<Sharing>('GET', at(person)),
  set: (person: number, wanted: Wanted) => call<Sharing>('PUT', at(person), wanted),
}

/** Who is heard, in a sentence. */
export function hearing({ others, giving, receives }: Sharing): string {
  if (!others) return 'You are the only one here; this matters once somebody joins you.'
  if (!receives) return 'Your scores stand on your own ratings alone.'
  if (!giving) return 'Nobody else lets their ratings be used at the moment.'
  return giving === 1 ? 'You hear one other person of the house.' : `You hear ${giving} other people of the house.`
}
