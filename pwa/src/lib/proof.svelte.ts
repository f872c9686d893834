// Confirming that it is you: what is refused until then is tried again once you have.
import { ApiError } from './api'

class Proof {
  /** Somebody has to confirm now; the sheet for it lies above everything. */
  wanted = $state(false)
  #settle: (confirmed: boolean) => void = () => {}

  /** Run it; where the house asks for a proof first, get one and run it again. Throws what `run` throws. */
  async with<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'confirm_first' || !(await this.#ask())) throw error
      return run()
    }
  }

  /** What came of it: they confirmed, or did not want to. */
  done(confirmed: boolean): void {
    this.wanted = false
    this.#settle(confirmed)
  }

  #ask(): Promise<boolean> {
    this.wanted = true
    return new Promise((resolve) => (this.#settle = resolve))
  }
}

export const proof = new Proof()
