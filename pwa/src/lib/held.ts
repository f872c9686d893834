// The tracks that are whole on this device, known before the shelf itself is loaded.
import { db } from './db'

export const held = new Set<string>()

/** Look up what `person` keeps here. */
export async function lookUp(person: number | null): Promise<void> {
  for (const row of await (await db()).getAll('shelf'))
    if (row.person === person && row.state === 'done' && row.detail.pick.item.kind === 'music') held.add(row.id)
}
