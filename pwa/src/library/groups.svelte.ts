// The state of albums, artists, genres or publications: one order, any stretch of it.
import { api } from '../lib/api'
import type { Section } from '../lib/layout'
import type { By, Group, GroupOrder, GroupPage } from '../lib/nouns'
import { page } from '../lib/pages'
import { PAGE, Sparse } from '../lib/sparse.svelte'

export class Groups extends Sparse<Group> {
  sections = $state.raw<Section[]>([])
  state = $state<'loading' | 'ready' | 'failed'>('loading')
  trouble = $state('')
  stale = $state(false)

  constructor(
    readonly by: By,
    readonly order: GroupOrder,
  ) {
    super()
  }

  async load(): Promise<void> {
    this.state = 'loading'
    await this.page(0)
  }

  /** Have the places `first` to `last` fetched, where they are not yet. */
  override need(first: number, last: number): void {
    if (!this.stale) super.need(first, last)
  }

  protected override async fetch(first: number): Promise<void> {
    const ask = { order: this.order, skip: first, limit: PAGE }
    try {
      const { body, stale } = await page(`groups:${this.by}:${JSON.stringify(ask)}`, () => api.groups(this.by, ask))
      this.#show(first, body, stale)
    } catch (error) {
      if (this.state === 'loading') this.state = 'failed'
      this.trouble = error instanceof Error ? error.message : ''
    }
  }

  #show(first: number, body: GroupPage, stale: boolean): void {
    this.put(first, body.groups)
    this.total = stale ? this.rows.length : body.total
    this.stale = stale
    if (!first) this.sections = body.sections
    this.state = 'ready'
  }
}
