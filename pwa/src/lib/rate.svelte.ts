// Which thing the rating sheet is about: it opens above any list, so that nothing has to be left to be rated.
import { nav } from './nav.svelte'
import type { Pick } from './nouns'

class Rate {
  pick = $state.raw<Pick | null>(null)

  open(pick: Pick): void {
    this.pick = pick
    nav.open('rate')
  }
}

export const rate = new Rate()
