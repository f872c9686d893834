// Something a sheet shows: being fetched, there, or the reason why it is not.
import { Unreachable } from './api'

/** What went wrong, in a sentence fit to show. */
export function words(error: unknown): string {
  if (error instanceof Unreachable) return 'The house is out of reach.'
  return error instanceof Error && error.message ? error.message : 'That did not work.'
}

export class Loaded<T> {
  value = $state.raw<T | null>(null)
  trouble = $state('')
  #ask: () => Promise<T>

  constructor(ask: () => Promise<T>) {
    this.#ask = ask
  }

  /** Ask again; what is there stays until the answer comes. */
  async load(): Promise<void> {
    this.trouble = ''
    try {
      this.value = await this.#ask()
    } catch (error) {
      this.trouble = words(error)
    }
  }

  /** Do something to it, then ask again. False when it did not work; `trouble` says why. */
  async after(run: () => Promise<unknown>): Promise<boolean> {
    this.trouble = ''
    try {
      await run()
    } catch (error) {
      this.trouble = words(error)
      return false
    }
    await this.load()
    return true
  }
}
