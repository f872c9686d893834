// What a person says against a score or its reason: an event like a rating, undone like one, listed by the house.
import { call } from '../api'
import { made } from '../events'
import type { Why } from '../nouns'
import { ratings } from '../ratings.svelte'
import { session } from '../session.svelte'
import type { components } from '../types'

export type CorrectionOut = components['schemas']['CorrectionOut']

/** A reason of an item that can be corrected, by the name the house gives it. */
export type Reason = { name: string; says: string; less: boolean }

const SORTS = /^(tag|creator|collection|wish):/

/** What of an explanation can be put right: names, wishes, the others of the house, and likenesses. */
export function reasons(why: Pick<Why, 'parts' | 'neighbours'>): Reason[] {
  const parts = why.parts.filter((part) => SORTS.test(part.name) || part.name === 'household')
  return [
    ...parts.map((part) => ({ name: part.name, says: part.says, less: part.name !== 'household' })),
    ...why.neighbours.map((near) => ({ name: `item:${near.item.id}`, says: `Close to “${near.item.title}”`, less: false })),
  ]
}

export const list = () => call<CorrectionOut[]>('GET', '/api/taste/corrections')

/** Say it. What `takeBack` needs; null when this device could not keep it. */
export async function correct(verb: 'less' | 'wrong', item: string, reason: string | null): Promise<string | null> {
  const event = made(verb, item, session.person ?? 0, reason === null ? {} : { target: reason })
  return ratings.outbox.add(event).then(() => event.uuid, () => null)
}

/** Take a correction back, one of long ago too. */
export async function takeBack(item: string, uuid: string): Promise<void> {
  await ratings.outbox.add(made('undo', item, session.person ?? 0, { target: uuid }))
}
