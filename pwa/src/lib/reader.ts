// Gives the page of a text, which the server sets, the colours and the type of the app around it.
const COLOURS = { '--ink': '--ink', '--soft': '--soft', '--line': '--line', '--link': '--accent-deep' }
const HEADINGS = 'h1, h2, h3, h4, h5, h6 { font-family: inherit; font-weight: 600; letter-spacing: -0.01em }'

/** The root of the text inside `frame`, dressed; null while there is no text in it. No script can run there. */
export function dress(frame: HTMLIFrameElement): HTMLElement | null {
  const page = frame.contentDocument
  if (!page?.querySelector('main')) return null
  const ours = getComputedStyle(document.documentElement)
  for (const [theirs, name] of Object.entries(COLOURS)) page.documentElement.style.setProperty(theirs, ours.getPropertyValue(name))
  page.documentElement.style.fontFamily = ours.getPropertyValue('--serif')
  const style = page.createElement('style')
  style.textContent = HEADINGS
  page.head.append(style)
  return page.documentElement
}
