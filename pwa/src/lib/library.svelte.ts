// The state of Library: one keyset list, as the address asks for it.
import { api, type ListAsk } from './api'
import { unique } from './arrange'
import { remember } from './known'
import type { Facets, Kind, Pick } from './nouns'
import { pageSoon } from './pages'
import { ratings } from './ratings.svelte'
import type { LibraryQuery } from './router'

const PAGE = 60

class Library {
  picks = $state.raw<Pick[]>([])
  facets = $state.raw<Facets | null>(null)
  state = $state<'empty' | 'loading' | 'ready' | 'failed'>('empty')
  trouble = $state('')
  stale = $state(false)
  news = $state(false)
  next = $state<string | null>(null)
  #asked: ListAsk | null = null
  #turn = 0

  /** Show what the address asks for; the same list again keeps what it has. */
  async show(kind: Kind | '', query: LibraryQuery): Promise<void> {
    const ask: ListAsk = { ...query, kind }
    if (JSON.stringify(ask) === JSON.stringify(this.#asked) && this.state !== 'failed') return
    if (this.#asked?.kind !== kind) this.facets = null
    this.#asked = ask
    this.picks = []
    this.next = null
    await this.reload()
  }

  async reload(): Promise<void> {
    const ask = this.#asked
    if (!ask) return
    const turn = ++this.#turn
    const mark = ratings.mark()
    this.news = false
    if (!this.picks.length) this.state = 'loading'
    void this.#loadFacets(ask.kind ?? '')
    try {
      await pageSoon(
        `library:${JSON.stringify(ask)}`,
        () => api.items({ ...ask, limit: PAGE }),
        ({ body, stale }) => turn === this.#turn && this.#add([], body.picks, body.next, mark, stale),
      )
    } catch (error) {
      if (turn !== this.#turn) return
      this.state = this.picks.length ? 'ready' : 'failed'
      this.trouble = error instanceof Error ? error.message : ''
    }
  }

  async more(): Promise<void> {
    const [ask, after, turn] = [this.#asked, this.next, this.#turn]
    if (!ask || !after) return
    this.next = null
    const mark = ratings.mark()
    const body = await api.items({ ...ask, limit: PAGE, after }).catch(() => null)
    if (turn !== this.#turn) return
    if (body) this.#add(this.picks, body.picks, body.next, mark, false)
    else this.next = after
  }

  /** Items came or went. */
  arrived(): void {
    if (this.state !== 'ready') return
    if (this.picks.length < PAGE) void this.reload()
    else this.news = true
  }

  #add(before: Pick[], fresh: Pick[], next: string | null, mark: number, stale: boolean): void {
    this.picks = unique([...before, ...fresh])
    this.next = next
    this.stale = stale
    this.state = 'ready'
    remember(fresh)
    if (!stale) ratings.settle(fresh, mark)
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
