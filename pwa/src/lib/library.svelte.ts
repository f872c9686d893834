// The state of Library: one list as the address asks for it, of which any stretch can be fetched.
import { api, type ListAsk } from './api'
import type { Section } from './layout'
import { remember } from './known'
import type { Facets, ItemPage, Kind, Pick } from './nouns'
import { pageSoon } from './pages'
import { ratings } from './ratings.svelte'
import type { LibraryQuery } from './router'
import { PAGE, Sparse } from './sparse.svelte'

/** Orders that are worked out page by page: each goes on where the last one ended. */
const COMPUTED: ReadonlySet<string> = new Set(['predicted', 'rotation', 'random'])

class Library extends Sparse<Pick> {
  sections = $state.raw<Section[]>([])
  facets = $state.raw<Facets | null>(null)
  state = $state<'empty' | 'loading' | 'ready' | 'failed'>('empty')
  trouble = $state('')
  stale = $state(false)
  news = $state(false)
  next = $state<string | null>(null)
  #asked: ListAsk | null = null
  #turn = 0

  /** What was fetched of the list, in its order. */
  get picks(): Pick[] {
    return this.rows.filter((pick) => pick !== undefined)
  }

  /** Show what the address asks for; the same list again keeps what it has. */
  async show(kind: Kind | '', query: LibraryQuery): Promise<void> {
    const ask: ListAsk = { ...query, kind }
    if (JSON.stringify(ask) === JSON.stringify(this.#asked) && this.state !== 'failed') return
    if (this.#asked?.kind !== kind) this.facets = null
    this.#asked = ask
    this.rows = []
    this.total = 0
    this.sections = []
    this.next = null
    await this.reload()
  }

  async reload(): Promise<void> {
    const ask = this.#asked
    if (!ask) return
    const turn = ++this.#turn
    const mark = ratings.mark()
    this.news = false
    if (!this.total) this.state = 'loading'
    this.begin()
    void this.#loadFacets(ask.kind ?? '')
    const begin = ({ body, stale }: { body: ItemPage; stale: boolean }) => {
      if (turn !== this.#turn) return
      this.rows = []
      this.next = body.next
      this.stale = stale
      this.#show(0, body.picks, stale ? null : mark)
      this.total = Math.max(body.picks.length, this.#counted())
      this.state = 'ready'
    }
    try {
      if (!COMPUTED.has(ask.sort)) void this.#loadSections(ask, turn)
      await pageSoon(`library:${JSON.stringify(ask)}`, () => api.items({ ...ask, limit: PAGE }), begin)
    } catch (error) {
      if (turn !== this.#turn) return
      this.state = this.total ? 'ready' : 'failed'
      this.trouble = error instanceof Error ? error.message : ''
    }
  }

  /** Have the places `first` to `last` fetched, where they are not yet. */
  override need(first: number, last: number): void {
    const ask = this.#asked
    if (!ask || this.stale) return
    if (!this.sections.length) return void (last >= this.total - PAGE / 2 && this.#more(ask))
    super.need(first, last)
  }

  /** Items came or went. */
  arrived(): void {
    if (this.state !== 'ready') return
    if (this.total < PAGE) void this.reload()
    else this.news = true
  }

  /** The next page of an order that is worked out page by page. */
  async #more(ask: ListAsk): Promise<void> {
    const [after, turn] = [this.next, this.#turn]
    if (!after) return
    this.next = null
    const mark = ratings.mark()
    const body = await api.items({ ...ask, limit: PAGE, after }).catch(() => null)
    if (turn !== this.#turn) return
    if (body) {
      this.next = body.next
      const shown = new Set(this.picks.map(({ item }) => item.id))
      this.#show(this.total, body.picks.filter(({ item }) => !shown.has(item.id)), mark)
      this.total = this.rows.length
    } else this.next = after
  }

  protected override async fetch(first: number): Promise<void> {
    const [ask, turn, mark] = [this.#asked, this.#turn, ratings.mark()]
    const body = ask && (await api.items({ ...ask, limit: PAGE, skip: first }).catch(() => null))
    if (body && turn === this.#turn) this.#show(first, body.picks, mark)
  }

  #show(first: number, picks: readonly Pick[], mark: number | null): void {
    this.put(first, picks)
    remember(picks)
    if (mark !== null) ratings.settle(picks, mark)
  }

  #counted(): number {
    return this.sections.reduce((sum, { count }) => sum + count, 0)
  }

  async #loadSections(ask: ListAsk, turn: number): Promise<void> {
    const show = ({ body }: { body: Section[] }) => {
      if (turn !== this.#turn) return
      this.sections = body
      this.total = Math.max(this.#counted(), this.picks.length)
    }
    await pageSoon(`sections:${JSON.stringify(ask)}`, () => api.sections(ask), show).catch(() => null)
  }

  async #loadFacets(kind: Kind | ''): Promise<void> {
    await pageSoon(
      `facets:${kind}`,
      () => api.facets(kind),
      ({ body }) => {
        if (this.#asked?.kind === kind) this.facets = body
      },
    ).catch(() => null)
  }
}

export const library = new Library()
