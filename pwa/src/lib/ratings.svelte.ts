// What this person gave, at once on the screen and then for good in the house; and the way back.
import { SvelteMap } from 'svelte/reactivity'
import { api } from './api'
import { db, type Queued } from './db'
import { made } from './events'
import { count, shown } from './format'
import { notices } from './notice.svelte'
import type { EventKind, Pick, Receipt, Score } from './nouns'
import { fold, Outbox, type Refused } from './outbox'
import { session } from './session.svelte'

const STEPS_BACK = 50
const PULSE_MS = 8

type Local = { value: number | null; /** When it was delivered, by `Ratings.mark`; 0 while it waits. */ sent: number }
/** `step` is shared by what was done at once. */
type Step = { uuid: string; pick: Pick; before: number | null; given: number | null; step: string }
export type Change = { pick: Pick; value: number | null; undone: boolean }

class Ratings {
  /** Ratings made here that the house does not have yet. */
  waiting = $state(0)
  #mine = new SvelteMap<string, Local>()
  #scores = new SvelteMap<string, Score | null>()
  #steps: Step[] = []
  #clock = 0
  #changed = new Set<(change: Change) => void>()
  #unasked = () => {}
  #arrived = new Set<() => void>()

  readonly outbox = new Outbox({
    db,
    person: () => session.person,
    send: (events, person) => api.events(events, person),
    mark: (event) => api.mark(event),
    delivered: (receipt, events) => this.#delivered(receipt, events),
    refused: (refused) => this.#refused(refused),
    waiting: (count) => (this.waiting = count),
  })

  /** The person's rating of an item as they know it now. */
  of(pick: Pick): number | null {
    const local = this.#mine.get(pick.item.id)
    return local ? local.value : pick.mine
  }

  /** What the house expects, as new as we have it. To be shown only beside a rating. */
  expected(pick: Pick): Score | null {
    return this.#scores.get(pick.item.id) ?? pick.score
  }

  /** Give `value`, or take the rating back with null. */
  async give(pick: Pick, value: number | null): Promise<void> {
    if (session.nobody) return this.#unasked()
    const before = this.of(pick)
    const kept = this.#give(pick, value, crypto.randomUUID())
    const words = value === null ? `Cleared “${pick.item.title}”` : `${shown(value)} for “${pick.item.title}”`
    notices.say(words, { label: 'Undo', run: () => void this.undo() }, before === null && value !== null ? guess(pick) : '')
    navigator.vibrate?.(PULSE_MS)
    await kept
  }

  /** The same for all of `picks`: one step, which one undo takes back. */
  async giveAll(picks: readonly Pick[], value: number | null): Promise<void> {
    if (session.nobody) return this.#unasked()
    const step = crypto.randomUUID()
    const kept = Promise.all(picks.map((pick) => this.#give(pick, value, step)))
    const words = value === null ? `Cleared ${count(picks.length, 'rating')}` : `${shown(value)} for ${count(picks.length, 'thing')}`
    notices.say(words, { label: 'Undo', run: () => void this.undo() })
    navigator.vibrate?.(PULSE_MS)
    await kept
  }

  async #give(pick: Pick, value: number | null, step: string): Promise<void> {
    const { id } = pick.item
    const [before, local] = [this.of(pick), this.#mine.get(id)]
    const event = this.#event(value === null ? 'clear' : 'rating', id, { value, then: value })
    this.#steps = latest([...this.#steps, { uuid: event.uuid, pick, before, given: value, step }])
    this.#set(pick, value, false)
    if (await this.#kept(event)) return
    this.#steps = this.#steps.filter((one) => one.uuid !== event.uuid)
    this.#back(pick, before, local)
  }

  /** Take back the last thing done here, or all that was done with it at once. */
  async undo(): Promise<void> {
    const last = this.#steps.at(-1)
    if (!last) return
    const steps = this.#steps.filter(({ step }) => step === last.step)
    this.#steps = this.#steps.filter(({ step }) => step !== last.step)
    const became = last.before === null ? 'unrated' : shown(last.before)
    const words = steps.length > 1 ? `${count(steps.length, 'rating')} as before` : `“${last.pick.item.title}” is ${became} again`
    const kept = Promise.all(steps.map((step) => this.#undo(step)))
    notices.say(`Undone: ${words}`)
    await kept
  }

  async #undo(step: Step): Promise<void> {
    const [given, local] = [this.of(step.pick), this.#mine.get(step.pick.item.id)]
    const event = this.#event('undo', step.pick.item.id, { target: step.uuid, then: step.before })
    this.#set(step.pick, step.before, true)
    if (await this.#kept(event)) return
    this.#steps = [...this.#steps, step]
    this.#back(step.pick, given, local)
  }

  /** Take back an event of long ago. What the rating is then, the house knows. */
  async takeBack(item: string, uuid: string): Promise<void> {
    this.#mine.delete(item)
    await this.outbox.add(this.#event('undo', item, { target: uuid }))
  }

  /** Something heard, opened or skipped. What it returns takes it back. */
  signal(kind: EventKind, item: string, value: number | null = null, target?: string): () => void {
    if (session.person === null) return () => {}
    const event = this.#event(kind, item, { value, target })
    void this.outbox.add(event).catch(() => null)
    return () => void this.outbox.add(this.#event('undo', item, { target: event.uuid })).catch(() => null)
  }

  /** Take up what an earlier visit left undelivered. */
  async start(): Promise<void> {
    for (const [item, value] of fold(await this.outbox.queued())) this.#mine.set(item, { value, sent: 0 })
    await this.outbox.flush()
  }

  /** Call before asking the server for picks, and `settle` with the answer. */
  mark(): number {
    return ++this.#clock
  }

  /** What the server says is newer than what we noted, if it was asked after our events were delivered. */
  settle(picks: readonly Pick[], mark: number): void {
    for (const { item } of picks) {
      const local = this.#mine.get(item.id)
      if (local && !(local.sent && local.sent < mark)) continue
      this.#mine.delete(item.id)
      this.#scores.delete(item.id)
    }
  }

  onChange(tell: (change: Change) => void): () => void {
    this.#changed.add(tell)
    return () => this.#changed.delete(tell)
  }

  /** `ask` runs when something is rated on a screen on which nobody was chosen. */
  onNobody(ask: () => void): void {
    this.#unasked = ask
  }

  /** `tell` runs when ratings made here have reached the house. */
  onArrival(tell: () => void): () => void {
    this.#arrived.add(tell)
    return () => this.#arrived.delete(tell)
  }

  async #kept(event: Queued): Promise<boolean> {
    return this.outbox.add(event).then(() => true, () => false)
  }

  /** The device would not keep it: the screen must not show what never will be delivered. */
  #back(pick: Pick, value: number | null, local: Local | undefined): void {
    this.#set(pick, value, true)
    if (local) this.#mine.set(pick.item.id, local)
    else this.#mine.delete(pick.item.id)
    notices.say(`“${pick.item.title}” was not changed: this device could not keep it. Is its storage full?`)
  }

  #set(pick: Pick, value: number | null, undone: boolean): void {
    this.#mine.set(pick.item.id, { value, sent: 0 })
    for (const tell of this.#changed) tell({ pick, value, undone })
  }

  #event(kind: EventKind, item: string, fields: Parameters<typeof made>[3]): Queued {
    return made(kind, item, session.person ?? 0, fields)
  }

  #delivered(receipt: Receipt, events: Queued[]): void {
    const ratings = events.filter((event) => event.then !== undefined)
    for (const event of ratings) {
      const local = this.#mine.get(event.item)
      if (local) this.#mine.set(event.item, { ...local, sent: this.mark() })
    }
    for (const [item, score] of Object.entries(receipt.scores)) this.#scores.set(item, score)
    if (ratings.length) for (const tell of this.#arrived) tell()
  }

  #refused(refused: Refused[]): void {
    const [first] = refused
    for (const { event } of refused) this.#mine.delete(event.item)
    if (first) notices.say(`A ${first.event.mark ? 'highlight' : 'rating'} was not kept: ${first.detail}`)
  }
}

/** The steps of the last things done, however many ratings each was. */
function latest(steps: readonly Step[]): Step[] {
  const kept = new Set([...new Set(steps.map(({ step }) => step))].slice(-STEPS_BACK))
  return steps.filter(({ step }) => kept.has(step))
}

/** What the house expected before the rating; told only afterwards. */
function guess({ score }: Pick): string {
  return score ? `I would have guessed ${shown(score.mean)}` : ''
}

export const ratings = new Ratings()
