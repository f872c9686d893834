// Devices that wait to be let in, as an owner's app knows them: told of the moment one asks.
import { onTopics } from './changes'
import { household } from './household'
import type { Waiting } from './nouns'

class Knocks {
  waiting = $state.raw<Waiting[]>([])
  /** Put aside on this device; another owner may still answer. */
  #aside = new Set<number>()

  /** Follow who waits; returns how to stop. */
  follow(): () => void {
    const seen = () => document.visibilityState === 'visible' && void this.load()
    document.addEventListener('visibilitychange', seen)
    const stop = onTopics(['pairing'], () => void this.load(), 0)
    void this.load()
    return () => {
      stop()
      document.removeEventListener('visibilitychange', seen)
    }
  }

  /** Ask who waits; the one whose code stands in the address comes first. */
  async load(): Promise<void> {
    const all = await household.waiting().catch(() => null)
    if (!all) return
    const meant = new URLSearchParams(location.hash.slice(1)).get('c')
    const shown = all.filter((one) => !this.#aside.has(one.id) || one.code === meant)
    this.waiting = shown.sort((a, b) => Number(b.code === meant) - Number(a.code === meant))
  }

  later(id: number): void {
    this.#aside.add(id)
    this.waiting = this.waiting.filter((one) => one.id !== id)
  }
}

export const knocks = new Knocks()
