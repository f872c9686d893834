// What this person marked in the text that is open: on the screen at once, kept on the device, then in the house.
import { address, call } from '../lib/api'
import { db, type Marked, type Queued } from '../lib/db'
import { stamp } from '../lib/events'
import { notices } from '../lib/notice.svelte'
import type { Highlight, HighlightPage } from '../lib/nouns'
import { ratings } from '../lib/ratings.svelte'
import { session } from '../lib/session.svelte'
import type { Quote } from './text'

const AT = '/api/highlights'

export const highlights = (after: string | null) => call<HighlightPage>('GET', address(AT, { after }))

/** `known` with what was done here and is not in the house yet, in the order of the text's making. */
export function withQueued(known: readonly Highlight[], queued: readonly Queued[], item: string): Highlight[] {
  const all = new Map(known.map((one) => [one.uuid, one]))
  for (const { mark, item: of } of queued) {
    if (!mark || of !== item) continue
    const { gone, ...rest } = mark
    if (gone) all.delete(mark.uuid)
    else all.set(mark.uuid, { ...rest, item })
  }
  return [...all.values()].sort((a, b) => a.made_at - b.made_at)
}

export class Marks {
  all = $state.raw<Highlight[]>([])
  #here: Queued[] = []

  constructor(readonly item: string) {}

  async load(): Promise<void> {
    const open = await db()
    const key = `marks:${session.person}:${this.item}`
    const show = async (known: readonly Highlight[]) => {
      this.all = withQueued(known, [...(await ratings.outbox.queued()), ...this.#here], this.item)
    }
    await show(((await open.get('kept', key)) ?? []) as Highlight[])
    const told = await call<HighlightPage>('GET', address(AT, { item: this.item })).catch(() => null)
    if (!told) return
    const known = told.highlights.map((one) => one.highlight)
    await open.put('kept', known, key)
    await show(known)
  }

  /** Mark a piece of the text; the new highlight. */
  add(quote: Quote, note = ''): Highlight {
    const made: Highlight = { ...quote, uuid: crypto.randomUUID(), item: this.item, note, made_at: Date.now() }
    void this.#tell(made, false)
    return made
  }

  note(mark: Highlight, note: string): void {
    void this.#tell({ ...mark, note }, false)
  }

  remove(mark: Highlight): void {
    void this.#tell(mark, true)
    notices.say('Highlight removed', { label: 'Undo', run: () => void this.add(mark, mark.note) })
  }

  async #tell({ item, ...rest }: Highlight, gone: boolean): Promise<void> {
    const mark: Marked = { ...rest, gone }
    const event: Queued = { uuid: crypto.randomUUID(), kind: 'mark', item, person: session.person ?? 0, at: stamp(), mark }
    const before = this.all
    this.#here = [...this.#here, event]
    this.all = withQueued(before, [event], item)
    await ratings.outbox.add(event).catch(() => {
      this.#here = this.#here.filter((one) => one !== event)
      this.all = before
      notices.say('This device could not keep it. Is its storage full?')
    })
  }
}
