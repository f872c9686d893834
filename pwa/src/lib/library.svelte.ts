// The state of Library: one list as the address asks for it, of which any stretch can be fetched.
import { api, type ListAsk } from './api'
import type { Section } from './layout'
import { remember } from './known'
import type { Facets, ItemPage, Kind, Pick } from './nouns'
import { pageSoon } from './pages'
import { ratings } from './ratings.svelte'
import type { LibraryQuery } from './router'

const PAGE = 60
/** Orders that are worked out page by page: each goes on where the last one ended. */
const COMPUTED: ReadonlySet<string> = new Set(['predicted', 'rotation', 'random'])

class Library {
  /** What is known of the list, by place; a place is empty until it is fetched. */
  rows = $state.raw<(Pick | undefined)[]>([])
  total = $state(0)
  sections = $state.raw<Section[]>([])
  facets = $state.raw<Facets | null>(null)
  state = $state<'empty' | 'loading' | 'ready' | 'failed'>('empty')
  trouble = $state('')
  stale = $state(false)
  news = $state(false)
  next = $state<string | null>(null)
  #asked: ListAsk | null = null
  #turn = 0
  #fetching = new Set<number>()

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
    this.#fetching.clear()
    void this.#loadFacets(ask.kind ?? '')
    const begin = ({ body, stale }: { body: ItemPage; stale: boolean }) => {
      if (turn !== this.#turn) return
      this.rows = []
      this.next = body.next
      this.stale = stale
      this.#put(0, body.picks, stale ? null : mark)
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
  need(first: number, last: number): void {
    const ask = this.#asked
    if (!ask || this.stale) return
    if (!this.sections.length) return void (last >= this.total - PAGE / 2 && this.#more(ask))
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++)
      if (!this.rows[page * PAGE] || !this.rows[Math.min(this.total, (page + 1) * PAGE) - 1]) void this.#page(ask, page)
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
      this.#put(this.total, body.picks.filter(({ item }) => !shown.has(item.id)), mark)
      this.total = this.rows.length
    } else this.next = after
  }

  async #page(ask: ListAsk, page: number): Promise<void> {
    if (this.#fetching.has(page)) return
    this.#fetching.add(page)
    const [turn, mark] = [this.#turn, ratings.mark()]
    const body = await api.items({ ...ask, limit: PAGE, skip: page * PAGE }).catch(() => null)
    if (turn !== this.#turn) return
    this.#fetching.delete(page)
    if (body) this.#put(page * PAGE, body.picks, mark)
  }

  #put(first: number, picks: readonly Pick[], mark: number | null): void {
    const rows = this.rows.slice()
    picks.forEach((pick, n) => (rows[first + n] = pick))
    this.rows = rows
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
