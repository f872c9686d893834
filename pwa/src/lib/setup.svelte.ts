// The state of choosing where things come from: folders taken, folders offered, and how far the house has got.
import { api } from './api'
import type { Job, SourceOut, Suggestion } from './nouns'
import { session } from './session.svelte'

export class Setup {
  sources = $state.raw<SourceOut[]>([])
  suggested = $state.raw<Suggestion[]>([])
  jobs = $state.raw<Job[]>([])
  busy = $state('')
  trouble = $state('')
  loaded = $state(false)

  async load(): Promise<void> {
    await this.#try('', async () => {
      const suggesting = session.owner ? api.suggested() : []
      const [sources, suggested, jobs] = await Promise.all([api.sources(), suggesting, this.#ask()])
      this.sources = sources
      this.suggested = suggested
      this.jobs = jobs
    })
    this.loaded = true
  }

  async refresh(): Promise<void> {
    const [sources, jobs] = await Promise.all([api.sources(), this.#ask()]).catch(() => [null, null])
    if (sources) this.sources = sources
    if (jobs) this.jobs = jobs
  }

  /** Work worth watching; the reading of folders shows beside each folder. */
  get working(): Job[] {
    return this.jobs.filter((job) => job.state === 'working' && job.name !== 'scan' && job.total !== 1)
  }

  /** The folder is a source already. */
  has(address: string): SourceOut | undefined {
    return this.sources.find(({ source }) => source.address === address)
  }

  async add(address: string): Promise<boolean> {
    return this.#try(address, () => api.addFolder(address))
  }

  async sample(): Promise<boolean> {
    return this.#try('sample', () => api.addSample())
  }

  async remove(id: number): Promise<boolean> {
    return this.#try(`source:${id}`, () => api.removeSource(id))
  }

  async #ask(): Promise<Job[]> {
    return session.may('guest') ? api.jobs() : []
  }

  async #try(busy: string, run: () => Promise<unknown>): Promise<boolean> {
    this.busy = busy
    this.trouble = ''
    try {
      await run()
      if (busy) await this.refresh()
      return true
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : 'That did not work.'
      return false
    } finally {
      this.busy = ''
    }
  }
}

/** How many items the sources hold so far. */
export function found(sources: readonly SourceOut[]): number {
  return sources.reduce((sum, one) => sum + one.items, 0)
}
