// The state of albums, artists, genres or publications: one order, any stretch of it.
import { api } from '../lib/api'
import type { Section } from '../lib/layout'
import type { By, Group, GroupOrder, GroupPage } from '../lib/nouns'
import { page } from '../lib/pages'

const PAGE = 60

export class Groups {
  rows = $state.raw<(Group | undefined)[]>([])
  total = $state(0)
  sections = $state.raw<Section[]>([])
  state = $state<'loading' | 'ready' | 'failed'>('loading')
  trouble = $state('')
  stale = $state(false)
  #fetching = new Set<number>()

  constructor(
    readonly by: By,
    readonly order: GroupOrder,
  ) {}

  async load(): Promise<void> {
    this.state = 'loading'
    await this.#page(0)
  }

  /** Have the places `first` to `last` fetched, where they are not yet. */
  need(first: number, last: number): void {
    if (this.stale) return
    for (let at = Math.floor(first / PAGE); at <= Math.floor(last / PAGE); at++)
      if (!this.rows[at * PAGE] || !this.rows[Math.min(this.total, (at + 1) * PAGE) - 1]) void this.#page(at)
  }

  async #page(at: number): Promise<void> {
    if (this.#fetching.has(at)) return
    this.#fetching.add(at)
    const ask = { order: this.order, skip: at * PAGE, limit: PAGE }
    try {
      const { body, stale } = await page(`groups:${this.by}:${JSON.stringify(ask)}`, () => api.groups(this.by, ask))
      this.#put(at * PAGE, body, stale)
    } catch (error) {
      if (this.state === 'loading') this.state = 'failed'
      this.trouble = error instanceof Error ? error.message : ''
    }
    this.#fetching.delete(at)
  }

  #put(first: number, body: GroupPage, stale: boolean): void {
    const rows = this.rows.slice()
    body.groups.forEach((group, n) => (rows[first + n] = group))
    this.rows = rows
    this.total = stale ? rows.length : body.total
    this.stale = stale
    if (!first) this.sections = body.sections
    this.state = 'ready'
  }
}
