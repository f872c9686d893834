// The state of Teach me: one question at a time, the next ones ready before they are needed.
import { api, media } from './api'
import { remember } from './known'
import type { Kind, Pick } from './nouns'
import { ratings } from './ratings.svelte'

const READY = 5
const ASKED = 12
const MOST = 60

class Teach {
  kind = $state<Kind | ''>('')
  queue = $state.raw<Pick[]>([])
  state = $state<'loading' | 'ready' | 'done' | 'failed'>('loading')
  trouble = $state('')
  given = $state(0)
  #seen = new Set<string>()
  #turn = 0

  constructor() {
    ratings.onChange(({ pick, value, undone }) => this.#answered(pick, value, undone))
  }

  get current(): Pick | null {
    return this.queue[0] ?? null
  }

  async start(kind: Kind | '' = this.kind): Promise<void> {
    if (kind !== this.kind) this.queue = []
    this.kind = kind
    this.#seen.clear()
    if (!this.queue.length) this.state = 'loading'
    await this.#fill()
  }

  /** Not now: the next one, without an answer. */
  skip(): void {
    const pick = this.current
    if (!pick) return
    ratings.signal('skip', pick.item.id)
    this.#advance(pick)
  }

  #answered(pick: Pick, value: number | null, undone: boolean): void {
    if (undone && this.#seen.has(pick.item.id)) {
      this.#seen.delete(pick.item.id)
      this.given = Math.max(0, this.given - 1)
      this.queue = [pick, ...this.queue.filter((one) => one.item.id !== pick.item.id)]
      this.state = 'ready'
    } else if (value !== null && pick.item.id === this.current?.item.id) {
      this.given += 1
      this.#advance(pick)
    }
  }

  #advance(pick: Pick): void {
    this.#seen.add(pick.item.id)
    this.queue = this.queue.slice(1)
    this.#preload()
    if (this.queue.length < READY) void this.#fill()
  }

  async #fill(): Promise<void> {
    const turn = ++this.#turn
    try {
      const { picks } = await api.feed({ mode: 'ask', kind: this.kind, limit: Math.min(MOST, ASKED + this.#seen.size) })
      if (turn !== this.#turn) return
      const ahead = this.queue.slice(0, 2)
      const held = new Set(ahead.map((pick) => pick.item.id))
      const fresh = picks.filter(({ item }) => !this.#seen.has(item.id) && !held.has(item.id))
      this.queue = [...ahead, ...fresh]
      remember(fresh)
      this.state = this.queue.length ? 'ready' : 'done'
      this.#preload()
    } catch (error) {
      if (turn !== this.#turn || this.queue.length) return
      this.state = 'failed'
      this.trouble = error instanceof Error ? error.message : ''
    }
  }

  #preload(): void {
    for (const { item } of this.queue.slice(1, READY)) if (item.kind === 'image') new Image().src = media.picture(item, 'large')
  }
}

export const teach = new Teach()
