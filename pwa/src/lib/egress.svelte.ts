// The state of "What goes out": switches, machines at home, and what went where.
import { api } from './api'
import type { EgressOut, LedgerEntry } from './nouns'

export class Egress {
  told = $state.raw<EgressOut | null>(null)
  trouble = $state('')

  /** Show what holds now; what was refused before stays said. */
  async load(): Promise<void> {
    const told = await api.egress().catch((error: Error) => error.message)
    if (typeof told === 'string') this.trouble ||= told
    else this.told = told
  }

  switch(name: string, on: boolean): Promise<boolean> {
    return this.#try(() => api.switchPurpose(name, on))
  }

  allow(name: string): Promise<boolean> {
    return this.#try(() => api.allowHost(name))
  }

  forbid(name: string): Promise<boolean> {
    return this.#try(() => api.forbidHost(name))
  }

  /** What a purpose is called. */
  title(name: string): string {
    return this.told?.purposes.find((purpose) => purpose.name === name)?.title ?? name
  }

  /** Do it, then look again: a switch that was refused goes back. */
  async #try(run: () => Promise<unknown>): Promise<boolean> {
    this.trouble = ''
    try {
      await run()
      return true
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : 'That did not work.'
      return false
    } finally {
      await this.load()
    }
  }
}

/** What came of a request, in a few words. */
export function outcome({ status, outcome }: Pick<LedgerEntry, 'status' | 'outcome'>): string {
  if (outcome) return outcome
  if (status === null) return 'Under way'
  if (status === 304) return 'Nothing new'
  if (status < 300) return 'Received'
  return status < 400 ? 'Sent on to another address' : `The host answered ${status}`
}
