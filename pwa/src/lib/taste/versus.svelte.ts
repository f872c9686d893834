// This or that: two things whose comparison tells more than any rating; one tap says which is better.
import { call } from '../api'
import { made } from '../events'
import { notices } from '../notice.svelte'
import type { Kind, Pick } from '../nouns'
import { ratings } from '../ratings.svelte'
import { session } from '../session.svelte'
import type { components } from '../types'

type Comparison = components['schemas']['Comparison']

export class Versus {
  two = $state.raw<readonly Pick[]>([])
  #over = $state(true)

  /** To be shown after so many answers. */
  constructor(readonly after: number) {}

  /** Whether it is time, with so many answers given: there are two, and nothing was said of them yet. */
  due(given: number): boolean {
    return !this.#over && given >= this.after
  }

  /** Ask for two of `kind`, or of any. Without an answer there is nothing to compare. */
  async load(kind: Kind | ''): Promise<void> {
    const answer = await call<Comparison>('GET', `/api/feed/pair${kind && `?kind=${kind}`}`).catch(() => null)
    this.two = answer?.picks ?? []
    this.#over = this.two.length < 2
  }

  /** Say that `pick` is the better one, or, with null, that one cannot say. */
  async choose(pick: Pick | null): Promise<void> {
    const [better, other] = pick === this.two[1] ? [this.two[1], this.two[0]] : this.two
    if (!better || !other) return
    this.#over = true
    const said = made('pair', better.item.id, session.person ?? 0, { value: pick ? 1 : 0, target: other.item.id })
    try {
      await ratings.outbox.add(said)
    } catch {
      notices.say('That was not kept: this device could not keep it. Is its storage full?')
      return
    }
    if (pick)
      notices.say(`“${better.item.title}” rather than “${other.item.title}”`, {
        label: 'Undo',
        run: () => void this.#undo(better, other, said.uuid),
      })
  }

  async #undo(better: Pick, other: Pick, uuid: string): Promise<void> {
    await ratings.takeBack(better.item.id, uuid)
    notices.say(`Undone: nothing is said of “${better.item.title}” and “${other.item.title}”`)
  }
}
