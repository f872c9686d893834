// What a person says of their taste in words: asked for, written anew, taken back; the house says how each wish stands.
import { call } from '../api'
import { words as trouble } from '../loaded.svelte'
import { page } from '../pages'
import type { components } from '../types'

export type WordsOut = components['schemas']['WordsOut']
export type WishOut = components['schemas']['WishOut']

const PATH = '/api/taste/words'

/** The text of `wishes` but for one. */
export function without(wishes: readonly WishOut[], left: WishOut): string {
  return wishes.filter((one) => one !== left).map((one) => one.written).join('; ')
}

export class Words {
  told = $state.raw<WordsOut | null>(null)
  /** What stands in the field; the server's text until somebody writes. */
  draft = $state('')
  stale = $state(false)
  busy = $state(false)
  trouble = $state('')
  /** The field says something else than the house was told. */
  readonly changed = $derived(this.told !== null && this.draft.trim() !== this.told.text)

  async load(): Promise<void> {
    try {
      const { body, stale } = await page('taste:words', () => call<WordsOut>('GET', PATH))
      this.#take(body, stale)
    } catch (error) {
      this.trouble = trouble(error)
    }
  }

  /** Say what stands in the field in the place of what was said; on a refusal it stays there. */
  async write(): Promise<boolean> {
    const text = this.draft.trim()
    return this.#act(async () => {
      this.#take(await call<WordsOut>('PUT', PATH, { text }), false)
      this.draft = text
    })
  }

  /** Take `wish` back: the others are said again. What is being written stays in the field. */
  async leaveOut(wish: WishOut): Promise<boolean> {
    const text = without(this.told?.wishes ?? [], wish)
    return this.#act(async () => this.#take(await call<WordsOut>('PUT', PATH, { text }), false))
  }

  /** Erase all that was ever written. */
  async erase(): Promise<boolean> {
    return this.#act(async () => {
      await call('DELETE', PATH)
      this.draft = ''
      await this.load()
    })
  }

  async #act(run: () => Promise<void>): Promise<boolean> {
    this.busy = true
    this.trouble = ''
    try {
      await run()
      return true
    } catch (error) {
      this.trouble = trouble(error)
      return false
    } finally {
      this.busy = false
    }
  }

  #take(told: WordsOut, stale: boolean): void {
    if (!this.changed) this.draft = told.text
    this.told = told
    this.stale = stale
    this.trouble = ''
  }
}
