// The things that the menu above the page is about.
import { nav } from './nav.svelte'
import type { Item } from './nouns'

class Menu {
  items = $state.raw<readonly Item[]>([])
  name = $state('')

  open(items: readonly Item[], name = items[0]?.title ?? ''): void {
    this.items = items
    this.name = name
    nav.open('menu')
  }
}

export const menu = new Menu()
