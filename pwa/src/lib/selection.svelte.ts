// What is selected in a list, to be rated or carried somewhere at once.
import { SvelteMap } from 'svelte/reactivity'
import type { Pick } from './nouns'

class Selection {
  on = $state(false)
  #picks = new SvelteMap<string, Pick>()
  #last: number | null = null

  get picks(): Pick[] {
    return [...this.#picks.values()]
  }

  get size(): number {
    return this.#picks.size
  }

  has(pick: Pick): boolean {
    return this.#picks.has(pick.item.id)
  }

  /** Begin, with the pick at a place of the list if there is one under the finger. */
  begin(pick?: Pick, at?: number): void {
    this.on = true
    if (pick && at !== undefined) this.toggle(pick, at)
  }

  /** Take a pick in or out. */
  toggle(pick: Pick, at: number): void {
    if (this.has(pick)) this.#picks.delete(pick.item.id)
    else this.#picks.set(pick.item.id, pick)
    this.#last = at
  }

  /** Take in all from the last one touched to this one, of what `rows` knows. */
  extend(rows: readonly (Pick | undefined)[], at: number): void {
    const from = this.#last ?? at
    for (let n = Math.min(from, at); n <= Math.max(from, at); n++) {
      const pick = rows[n]
      if (pick) this.#picks.set(pick.item.id, pick)
    }
    this.#last = at
  }

  end(): void {
    this.on = false
    this.#picks.clear()
    this.#last = null
  }
}

export const selection = new Selection()
