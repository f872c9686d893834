// What was noted beside ratings: what each type of it weighs, switched on and off, erased.
import { call } from '../api'
import { words as trouble } from '../loaded.svelte'
import { page } from '../pages'
import type { components } from '../types'

export type Ledger = components['schemas']['Ledger']
export type TypeOut = components['schemas']['TypeOut']

const PATH = '/api/taste/signals'

/** The types there is anything to say of: noted at least once, or switched off. */
export function told(ledger: Ledger): TypeOut[] {
  return ledger.types.filter((one) => !one.used || one.kinds.some(({ noted, learned }) => noted || learned))
}

export class Signals {
  ledger = $state.raw<Ledger | null>(null)
  stale = $state(false)
  busy = $state(false)
  trouble = $state('')

  async load(): Promise<void> {
    try {
      const { body, stale } = await page('taste:signals', () => call<Ledger>('GET', PATH))
      this.ledger = body
      this.stale = stale
      this.trouble = ''
    } catch (error) {
      this.trouble = trouble(error)
    }
  }

  /** Learn from `type`, or from anything at all with "all", or not. */
  async use(type: TypeOut['type'] | 'all', used: boolean): Promise<void> {
    await this.#act(() => call<Ledger>('PUT', PATH, { type, used }))
  }

  /** Erase what was played, opened and looked at, for good. */
  async erase(): Promise<void> {
    await this.#act(() => call<Ledger>('DELETE', PATH))
  }

  async #act(ask: () => Promise<Ledger>): Promise<void> {
    this.busy = true
    this.trouble = ''
    try {
      this.ledger = await ask()
      this.stale = false
    } catch (error) {
      this.trouble = trouble(error)
      this.ledger = this.ledger && { ...this.ledger } // a switch goes back to what holds
    } finally {
      this.busy = false
    }
  }
}
