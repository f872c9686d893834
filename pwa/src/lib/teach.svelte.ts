// The state of Teach me: one question at a time, the next ones ready before they are needed.
import type { Component } from 'svelte'
import { api, media } from './api'
import { remember } from './known'
import type { Kind, Pick } from './nouns'
import { ratings } from './ratings.svelte'
import type { Versus } from './taste/versus.svelte'

const READY = 5
const ASKED = 12
const MOST = 60
/** After so many answers two are compared, where that tells more. */
const COMPARED = 6

class Teach {
  kind = $state<Kind | ''>('')
  queue = $state.raw<Pick[]>([])
  state = $state<'loading' | 'ready' | 'done' | 'failed'>('loading')
  trouble = $state('')
  given = $state(0)
  /** Two to compare, and how they are shown; they come in between two questions. */
  pair = $state.raw<{ versus: Versus; Shown: Component<{ versus: Versus }> } | null>(null)
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

  /** Not now: the next one, without an answer; this one rests for thirty days. */
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
      if (this.given % COMPARED === COMPARED - 1) this.#compare().catch(() => null)
      this.#advance(pick)
    }
  }

  #advance(pick: Pick): void {
    this.#seen.add(pick.item.id)
    this.queue = this.queue.slice(1)
    this.#preload()
    if (this.queue.length < READY) void this.#fill()
  }

  /** Make two ready to be compared after the next answer; without the house there are none. */
  async #compare(): Promise<void> {
    const [{ Versus }, { default: Shown }] = await Promise.all([import('./taste/versus.svelte'), import('../taste/Versus.svelte')])
    const versus = new Versus(this.given + 1)
    await versus.load(this.kind)
    this.pair = { versus, Shown }
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
