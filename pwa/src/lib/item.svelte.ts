// The state of one item's page: what lists already told, then the whole of it.
import { api } from './api'
import { db } from './db'
import { known, remember } from './known'
import type { ItemDetail, Pick } from './nouns'
import { page } from './pages'
import { ratings } from './ratings.svelte'

export class Opened {
  detail = $state.raw<ItemDetail | null>(null)
  trouble = $state('')
  #first: Pick | undefined

  constructor(readonly id: string) {
    this.#first = known(id)
  }

  /** The reason stays the one of the list it was opened from, if that gave any. */
  get pick(): Pick | null {
    const pick = this.detail?.pick ?? this.#first
    return pick ? { ...pick, reason: this.#first?.reason || pick.reason } : null
  }

  async load(): Promise<void> {
    const mark = ratings.mark()
    try {
      const { body, stale } = await page(`item:${this.id}`, () => api.item(this.id))
      this.detail = body
      this.trouble = ''
      remember([body.pick])
      if (!stale) ratings.settle([body.pick], mark)
    } catch (error) {
      const kept = await (await db()).get('shelf', this.id)
      if (kept) this.detail = kept.detail
      this.trouble = error instanceof Error ? error.message : ''
    }
  }
}
