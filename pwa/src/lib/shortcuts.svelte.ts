// Carries out the keys: ratings go to the card under the pointer or the focus. Can be switched off.
import { taken, verb } from './keys'
import { nav } from './nav.svelte'
import type { Pick } from './nouns'
import { ratings } from './ratings.svelte'
import { nudge, player, toggle } from './sound.svelte'
import { walk } from './trail'
import { teach } from './teach.svelte'

const SWITCH = 'anagnorisis.shortcuts'

class Shortcuts {
  on = $state(localStorage.getItem(SWITCH) !== 'off')
  /** The pick that a rating key is for. */
  #target: Pick | null = null

  set(on: boolean): void {
    this.on = on
    localStorage.setItem(SWITCH, on ? 'on' : 'off')
  }

  aim(pick: Pick | null): void {
    this.#target = pick
  }

  press(event: KeyboardEvent): void {
    if (!this.on || event.defaultPrevented || taken(event.target, event.key)) return
    const asked = verb(event)
    if (!asked) return
    if (nav.sheet && asked.do !== 'help') return
    if ((asked.do === 'before' || asked.do === 'after') && nav.route.page !== 'item') return
    event.preventDefault()
    if (asked.do === 'rate') this.#rate(asked.value)
    else this.#acts[asked.do]()
  }

  #rate(value: number): void {
    if (nav.route.page === 'teach' && teach.grid) return teach.give(value)
    const pick = nav.route.page === 'teach' ? teach.current : this.#target
    if (pick) void ratings.give(pick, ratings.of(pick) === value ? null : value)
  }

  #acts = {
    undo: () => void ratings.undo(),
    skip: () => nav.route.page === 'teach' && teach.skip(),
    toggle,
    back10: () => nudge(-1),
    on10: () => nudge(1),
    next: () => player.forward(),
    previous: () => player.backward(),
    before: () => nav.route.page === 'item' && walk(nav.route.id, -1),
    after: () => nav.route.page === 'item' && walk(nav.route.id, 1),
    search: () => nav.route.page === 'search' ? document.querySelector<HTMLElement>('[type=search]')?.focus() : nav.go('/search'),
    grid: () => nav.route.page === 'teach' && teach.turn(!teach.grid),
    help: () => nav.open('help'),
  }
}

export const shortcuts = new Shortcuts()
