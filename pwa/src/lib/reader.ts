// Gives the page of a text, which the server sets, the colours and the type of the app around it.
const COLOURS = { '--ink': '--ink', '--soft': '--soft', '--line': '--line', '--link': '--accent-deep' }
const OURS = 'ours'
const STYLE = `h1, h2, h3, h4, h5, h6 { font-family: inherit; font-weight: 600; letter-spacing: -0.01em }
mark { background: var(--wash); color: inherit; cursor: pointer; border-radius: 2px }
mark.noted { border-bottom: 2px solid var(--link) }
.spoken { text-decoration: underline 2px var(--link); text-underline-offset: 0.25em }`

/** The root of the text inside `frame`, dressed; null while there is no text in it. No script can run there. */
export function dress(frame: HTMLIFrameElement): HTMLElement | null {
  const page = frame.contentDocument
  if (!page?.querySelector('main')) return null
  const ours = getComputedStyle(document.documentElement)
  const root = page.documentElement
  for (const [theirs, name] of Object.entries(COLOURS)) root.style.setProperty(theirs, ours.getPropertyValue(name))
  root.style.fontFamily = ours.getPropertyValue('--serif')
  // Said outright: a frame of another scheme than its surroundings is painted over.
  root.style.colorScheme = ours.colorScheme
  if (page.getElementById(OURS)) return root
  const style = page.createElement('style')
  style.id = OURS
  style.textContent = STYLE
  page.head.append(style)
  return root
}
