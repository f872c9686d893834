// The state of Home: what is picked for the person, what they were in the middle of, and what is known of them.
import { api, type FeedAsk } from './api'
import { arrange, continued, unique } from './arrange'
import { remember } from './known'
import type { Evidence, FeedPage, Kind, Pick } from './nouns'
import { pageSoon } from './pages'
import { ratings } from './ratings.svelte'

const FIRST = 20
const MOST = 60
const RESUMED = 12
const SEEDS = 2 ** 32

/** A plain order of everything in place of the picks. */
export type Plain = { sort: string; name: string; page: (ask: Partial<FeedAsk>) => Promise<FeedPage> }

class Home {
  kind = $state<Kind | ''>('')
  picks = $state.raw<Pick[]>([])
  resume = $state.raw<Pick[]>([])
  /** Whether it is known what was begun and not finished. */
  resumed = $state(false)
  evidence = $state.raw<Evidence[]>([])
  state = $state<'empty' | 'loading' | 'ready' | 'failed'>('empty')
  trouble = $state('')
  /** Shown from memory because the server did not answer. */
  stale = $state(false)
  /** Something new is there, but moving the list now would pull it from under a finger. */
  news = $state(false)
  next = $state<string | null>(null)
  /** Of a draw by chance; null while the picks are those for the person. */
  seed = $state<number | null>(null)
  plain = $state.raw<Plain | null>(null)
  #kept = new Set<string>()
  #turn = 0

  constructor() {
    ratings.onChange(({ pick, value }) => value !== null && this.#kept.add(pick.item.id))
    ratings.onArrival(() => void this.rerank())
  }

  /** Load from the start and let go of cards that stayed because they were rated. */
  async load(kind: Kind | '' = this.kind): Promise<void> {
    const turn = ++this.#turn
    if (kind !== this.kind || this.state !== 'ready') this.state = 'loading'
    if (kind !== this.kind) this.picks = []
    this.kind = kind
    this.news = false
    this.#kept.clear()
    const mark = ratings.mark()
    void this.#loadResume()
    try {
      await pageSoon(
        `home:${kind}${this.plain ? `:${this.plain.name}` : this.seed === null ? '' : ':draw'}`,
        () => this.#feed({ kind, limit: FIRST }),
        ({ body, stale }) => turn === this.#turn && this.#show(body, body.picks, mark, stale),
      )
    } catch (error) {
      if (turn !== this.#turn) return
      this.state = this.picks.length ? 'ready' : 'failed'
      this.trouble = error instanceof Error ? error.message : ''
    }
  }

  /** Ask again after a rating: what was rated stays, the rest takes its new order. */
  async rerank(): Promise<void> {
    if (this.state !== 'ready' || this.plain) return
    const turn = ++this.#turn
    const mark = ratings.mark()
    const keep = this.picks.filter((pick) => this.#kept.has(pick.item.id)).map((pick) => pick.item.id)
    const length = Math.max(FIRST, this.picks.length - keep.length)
    const limit = Math.min(MOST, length)
    const body = await this.#feed({ kind: this.kind, limit, keep: keep.join(',') }).catch(() => null)
    if (!body || turn !== this.#turn) return
    const fresh = body.next === null ? body.picks : continued(body.picks, this.#others(keep), length)
    this.#show(body, arrange(this.picks, body.kept, fresh), mark, false)
  }

  #others(keep: readonly string[]): Pick[] {
    return this.picks.filter((pick) => !keep.includes(pick.item.id))
  }

  /** Leave the order to chance, or no longer. */
  async surprise(on: boolean): Promise<void> {
    this.seed = on ? Math.floor(Math.random() * SEEDS) : null
    await this.arrange(null)
  }

  /** Show everything in a plain order, or the picks again. */
  async arrange(plain: Plain | null): Promise<void> {
    this.plain = plain
    this.picks = []
    this.state = 'loading'
    await this.load()
  }

  #feed(ask: Partial<FeedAsk>): Promise<FeedPage> {
    if (this.plain) return this.plain.page(ask)
    return api.feed(this.seed === null ? { mode: 'for_you', ...ask } : { mode: 'draw', seed: this.seed, ...ask })
  }

  async more(): Promise<void> {
    const after = this.next
    if (!after || this.state !== 'ready') return
    this.next = null
    const turn = this.#turn
    const mark = ratings.mark()
    const body = await this.#feed({ kind: this.kind, limit: FIRST, after }).catch(() => null)
    if (turn !== this.#turn) return
    if (body) this.#show(body, unique([...this.picks, ...body.picks]), mark, false)
    else this.next = after
  }

  /** Items came or went. A list that nobody has touched is simply renewed; another waits to be asked. */
  arrived(untouched: boolean): void {
    const short = this.picks.length < FIRST
    if (this.state !== 'ready' || ((short || untouched) && !this.#kept.size)) void this.load()
    else this.news = true
  }

  #show(body: FeedPage, picks: Pick[], mark: number, stale: boolean): void {
    this.picks = picks
    this.next = body.next
    this.evidence = body.evidence
    this.stale = stale
    this.state = 'ready'
    remember(picks)
    if (!stale) ratings.settle([...body.picks, ...body.kept], mark)
  }

  async #loadResume(): Promise<void> {
    await pageSoon(
      'resume',
      () => api.feed({ mode: 'resume', limit: RESUMED }),
      ({ body }) => {
        this.resume = body.picks
        remember(body.picks)
      },
    ).catch(() => null)
    this.resumed = true
  }
}

export const home = new Home()
