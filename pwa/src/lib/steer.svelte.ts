// How the house chooses for this person: told, changed, put into words, or set aside for a plain order.
import { address, call, type FeedAsk } from './api'
import { home } from './home.svelte'
import { words } from './loaded.svelte'
import type { Controls, FeedPage, ItemPage } from './nouns'
import { chance, ORDERS, type Sort } from './orders'
import { pageSoon } from './pages'

const AT = '/api/feed/controls'
export type Told = Required<Controls>
export const USUAL: Told = { discovery: 0, familiarity: 0, recency: 0, variety: 0.5, minutes: 0, temperature: 1, seed: null }

class Steer {
  told = $state.raw<Told>(USUAL)
  state = $state<'empty' | 'ready' | 'failed'>('empty')
  /** From memory: the house did not answer. */
  stale = $state(false)
  trouble = $state('')
  #kept = USUAL
  #turn = 0

  /** Ask how it is now; a list chosen otherwise is chosen anew. */
  async load(): Promise<void> {
    const turn = ++this.#turn
    this.trouble = ''
    try {
      await pageSoon('controls', () => call<Told>('GET', AT), ({ body, stale }) => {
        if (turn !== this.#turn) return
        const other = this.state === 'ready' && !stale && JSON.stringify(body) !== JSON.stringify(this.#kept)
        this.told = this.#kept = body
        this.stale = stale
        this.state = 'ready'
        if (other) void home.load()
      })
    } catch (error) {
      if (turn !== this.#turn) return
      this.trouble = words(error)
      if (this.state === 'empty') this.state = 'failed'
    }
  }

  /** Choose otherwise from now on, on every device. Where the house cannot be asked, nothing changes. */
  async set(change: Partial<Told>): Promise<void> {
    const turn = ++this.#turn
    this.trouble = ''
    this.told = { ...this.told, ...change }
    try {
      const kept = await call<Told>('PUT', AT, this.told)
      this.#kept = kept
      if (turn !== this.#turn) return
      this.told = kept
      this.stale = false
      await home.load()
    } catch (error) {
      if (turn !== this.#turn) return
      this.told = this.#kept
      this.trouble = `${words(error)} Nothing was changed.`
    }
  }

  /** Show Home in a plain order; '' is the picks again. */
  async order(sort: Sort | ''): Promise<void> {
    const seed = sort === 'random' ? chance() : undefined
    await home.arrange(!sort ? null : { sort, name: ORDERS[sort], page: (ask) => plainly(sort, ask, seed) })
  }
}

async function plainly(sort: Sort, { kind, limit, after }: Partial<FeedAsk>, seed?: number): Promise<FeedPage> {
  const { picks, next } = await call<ItemPage>('GET', address('/api/items', { sort, kind, limit, after, seed }))
  return { picks, next, kept: [], evidence: [] }
}

/** What is set, in a few words; empty when everything is as always. */
export function said(told: Told): string {
  const parts = [
    told.minutes && `${told.minutes} minutes`,
    told.discovery && 'more to find out',
    told.familiarity > 0 && 'old favourites too',
    told.familiarity < 0 && 'more you never heard',
    told.recency && 'what came lately first',
    told.variety > USUAL.variety && 'more variety',
    told.variety < USUAL.variety && 'more of the same',
  ]
  const line = parts.filter(Boolean).join(' · ')
  return line && line[0]!.toUpperCase() + line.slice(1)
}

/** A temperature 0.1..10 as a place 0..1 on a slider, and back; the usual 1 lies in the middle. */
export const toSlider = (temperature: number) => Math.min(1, Math.max(0, (Math.log10(temperature) + 1) / 2))
export const fromSlider = (place: number) => Number((10 ** (2 * place - 1)).toPrecision(3))

export const steer = new Steer()
