// Parts of the app that are fetched when they are first asked for, and how to ask again for one that did not come.
import type { Component } from 'svelte'

export type Load<Props extends Record<string, unknown>> = () => Promise<{ default: Component<Props> }>

/** Styles that did not come. The link tells nobody afterwards: browsers give it an empty sheet. */
const missing = new Set<HTMLLinkElement>()
document.addEventListener('error', ({ target }) => void (target instanceof HTMLLinkElement && missing.add(target)), true)

/** Fetch a part again, and first the styles that did not come: the bundler asks for those but once. */
export async function again<Props extends Record<string, unknown>>(load: Load<Props>): ReturnType<Load<Props>> {
  const links = [...missing]
  missing.clear()
  await Promise.all(links.map(renew))
  return load()
}

function renew(link: HTMLLinkElement): Promise<unknown> {
  const next = link.cloneNode() as HTMLLinkElement
  return new Promise((came, failed) => {
    next.addEventListener('load', came)
    next.addEventListener('error', failed)
    link.replaceWith(next)
  })
}
