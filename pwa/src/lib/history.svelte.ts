// The state of History: one keyset list of what this person did.
import type { Did } from './nouns'
import { words } from './loaded.svelte'
import { pageSoon } from './pages'
import { people, type Only } from './people'
import { ratings } from './ratings.svelte'

export class History {
  did = $state.raw<Did[]>([])
  next = $state<string | null>(null)
  state = $state<'loading' | 'ready' | 'failed'>('loading')
  stale = $state(false)
  trouble = $state('')
  #only: Only = 'all'
  #turn = 0

  async load(only: Only): Promise<void> {
    const turn = ++this.#turn
    if (only !== this.#only) this.did = []
    this.#only = only
    if (!this.did.length) this.state = 'loading'
    try {
      await pageSoon(`history:${only}`, () => people.history(only, null), ({ body, stale }) => {
        if (turn !== this.#turn) return
        this.did = body.did
        this.next = body.next
        this.stale = stale
        this.state = 'ready'
      })
    } catch (error) {
      if (turn !== this.#turn) return
      this.state = this.did.length ? 'ready' : 'failed'
      this.trouble = words(error)
    }
  }

  async more(): Promise<void> {
    const [after, turn] = [this.next, this.#turn]
    if (!after) return
    this.next = null
    const body = await people.history(this.#only, after).catch(() => null)
    if (turn !== this.#turn) return
    if (body) this.did = [...this.did, ...body.did]
    this.next = body ? body.next : after
  }

  /** Take a rating back; it leaves the list at once and the house when it can be reached. */
  async takeBack(one: Did): Promise<void> {
    this.did = this.did.filter(({ uuid }) => uuid !== one.uuid)
    await ratings.takeBack(one.item.id, one.uuid)
  }
}
