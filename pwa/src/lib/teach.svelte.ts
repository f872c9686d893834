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
const NINE = 9
const SWITCH = 'anagnorisis.nine'
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
  /** Pictures are asked nine at a time, where one wants that. */
  nine = $state(localStorage.getItem(SWITCH) === 'on')
  /** Of the nine, those that get the next number. */
  chosen = $state.raw<readonly string[]>([])
  #seen = new Set<string>()
  #turn = 0

  constructor() {
    ratings.onChange(({ pick, value, undone }) => this.#answered(pick, value, undone))
  }

  get current(): Pick | null {
    return this.queue[0] ?? null
  }

  /** Whether nine pictures are shown now. */
  get grid(): boolean {
    return this.nine && this.kind === 'image'
  }

  get shown(): readonly Pick[] {
    return this.queue.slice(0, this.grid ? NINE : 1)
  }

  /** Nine at a time or one; pictures alone come nine at a time. */
  turn(on: boolean): void {
    this.nine = on
    this.chosen = []
    localStorage.setItem(SWITCH, on ? 'on' : 'off')
    if (on && this.kind !== 'image') void this.start('image')
    else if (on && this.queue.length < NINE + READY) void this.#fill()
  }

  choose(pick: Pick): void {
    const { id } = pick.item
    this.chosen = this.chosen.includes(id) ? this.chosen.filter((one) => one !== id) : [...this.chosen, id]
  }

  /** The number goes to what is chosen of the nine. */
  give(value: number): void {
    const picks = this.shown.filter(({ item }) => this.chosen.includes(item.id))
    this.chosen = []
    if (picks.length > 1) void ratings.giveAll(picks, value)
    else if (picks[0]) void ratings.give(picks[0], value)
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
    this.chosen = []
    for (const pick of this.shown) {
      ratings.signal('skip', pick.item.id)
      this.#advance(pick)
    }
  }

  #answered(pick: Pick, value: number | null, undone: boolean): void {
    if (undone && this.#seen.has(pick.item.id)) {
      this.#seen.delete(pick.item.id)
      this.given = Math.max(0, this.given - 1)
      this.queue = [pick, ...this.queue.filter((one) => one.item.id !== pick.item.id)]
      this.state = 'ready'
    } else if (value !== null && this.shown.some(({ item }) => item.id === pick.item.id)) {
      this.given += 1
      if (!this.grid && this.given % COMPARED === COMPARED - 1) this.#compare().catch(() => null)
      this.#advance(pick)
    }
  }

  #advance(pick: Pick): void {
    this.#seen.add(pick.item.id)
    this.queue = this.queue.filter(({ item }) => item.id !== pick.item.id)
    this.#preload()
    if (this.queue.length < READY + (this.grid ? NINE : 0)) void this.#fill()
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
      const { picks } = await api.feed({ mode: 'ask', kind: this.kind, limit: Math.min(MOST, ASKED + (this.grid ? 2 * NINE : 0) + this.#seen.size) })
      if (turn !== this.#turn) return
      const ahead = this.queue.slice(0, this.grid ? NINE + 2 : 2)
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
    const ahead = this.grid ? [] : this.queue.slice(1, READY)
    for (const { item } of ahead) if (item.kind === 'image') new Image().src = media.picture(item, 'large')
  }
}

export const teach = new Teach()
