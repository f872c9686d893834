// The state of Search: one question, one ranked answer, and what was looked for on this device before.
import { address, call } from '../lib/api'
import { db } from '../lib/db'
import { remember } from '../lib/known'
import { words } from '../lib/loaded.svelte'
import type { Hit, SearchOut } from '../lib/nouns'
import { page } from '../lib/pages'
import { ratings } from '../lib/ratings.svelte'
import { session } from '../lib/session.svelte'

export const LARGEST_PICTURE = 20 * 1024 * 1024
const KEPT = 8
const PATIENCE_MS = 60_000

/** What the address of the page says: what is typed, one kind, what it shall be like, and the filters. */
export type Ask = Partial<Record<'q' | 'kind' | 'like' | 'rated' | 'expected' | 'from' | 'to' | 'shortest' | 'longest', string>>

export const FILTERS = ['rated', 'expected', 'from', 'to', 'shortest', 'longest'] as const

/** What is asked of the house: years become moments, minutes seconds. */
export function asked(ask: Ask): Record<string, string | number | undefined> {
  const { from, to, shortest, longest, ...rest } = ask
  const year = (said: string | undefined, further: number) => (said && /^\d{4}$/.test(said) ? Date.UTC(Number(said) + further, 0) / 1000 : undefined)
  const seconds = (said: string | undefined) => (said ? Number(said) * 60 || undefined : undefined)
  return { ...rest, since: year(from, 0), until: year(to, 1), shortest: seconds(shortest), longest: seconds(longest) }
}

class Search {
  hits = $state.raw<Hit[]>([])
  notes = $state.raw<string[]>([])
  instead = $state('')
  state = $state<'empty' | 'loading' | 'ready' | 'failed'>('empty')
  stale = $state(false)
  trouble = $state('')
  recent = $state.raw<string[]>([])
  #last = ''
  #turn = 0

  /** Look for it; the same question again keeps its answer. Nothing asked, nothing shown. */
  async find(ask: Ask): Promise<void> {
    const said = address('/api/search', asked(ask))
    if (said === this.#last && this.state !== 'failed') return
    this.#last = said
    if (said === '/api/search') return this.clear()
    await this.#answered(() => page(`search:${said}`, () => call<SearchOut>('GET', said)))
  }

  /** Pictures like one of this device; it is sent to the house, looked at there and not kept. */
  async like(picture: Blob): Promise<void> {
    this.#last = ''
    if (picture.size > LARGEST_PICTURE) {
      this.state = 'failed'
      this.trouble = 'This picture has more than 20 MB. A smaller copy does as well.'
      return
    }
    const sent = async () => ({ body: await call<SearchOut>('POST', '/api/search/picture', picture, PATIENCE_MS), stale: false })
    await this.#answered(sent)
  }

  clear(): void {
    this.#turn++
    this.state = 'empty'
    this.hits = []
  }

  async recall(): Promise<void> {
    this.recent = ((await (await db()).get('kept', this.#key())) as string[] | undefined) ?? []
  }

  /** Something was worth looking for: a result was opened, or Enter was pressed. */
  async note(q: string): Promise<void> {
    const said = q.trim()
    if (!said) return
    this.recent = [said, ...this.recent.filter((one) => one !== said)].slice(0, KEPT)
    await (await db()).put('kept', this.recent, this.#key())
  }

  async forget(): Promise<void> {
    this.recent = []
    await (await db()).delete('kept', this.#key())
  }

  async #answered(ask: () => Promise<{ body: SearchOut; stale: boolean }>): Promise<void> {
    const turn = ++this.#turn
    const mark = ratings.mark()
    this.state = 'loading'
    try {
      const { body, stale } = await ask()
      if (turn !== this.#turn) return
      this.hits = body.hits
      this.notes = body.notes
      this.instead = body.instead
      this.stale = stale
      this.state = 'ready'
      const picks = body.hits.map((hit) => hit.pick)
      remember(picks)
      if (!stale) ratings.settle(picks, mark)
    } catch (error) {
      if (turn !== this.#turn) return
      this.state = 'failed'
      this.trouble = words(error)
    }
  }

  #key(): string {
    return `searches:${session.who?.person.id ?? 0}`
  }
}

export const search = new Search()
