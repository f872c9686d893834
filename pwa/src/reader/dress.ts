// Gives the page of a text the look that was chosen for it on this device.
import { dress } from '../lib/reader'
import { MEASURES, type Look, type Theme } from './look.svelte'

type Colours = Record<'--ink' | '--soft' | '--line' | '--link' | '--wash' | 'paper', string> & { scheme: 'light' | 'dark' }

/** The colours of the themes that do not follow the app. */
export const COLOURS: Record<Exclude<Theme, 'follow'>, Colours> = {
  paper: { '--ink': '#2b2118', '--soft': '#695b49', '--line': '#dccfb5', '--link': '#8a3119', '--wash': '#f3d98f', paper: '#f6ecd6', scheme: 'light' },
  grey: { '--ink': '#f0f0ee', '--soft': '#cfd0cf', '--line': '#6a6d72', '--link': '#ffc9b0', '--wash': '#6d5f2e', paper: '#45484c', scheme: 'dark' },
  dark: { '--ink': '#e2dcd2', '--soft': '#aea294', '--line': '#37312b', '--link': '#f7a988', '--wash': '#57481a', paper: '#100e0c', scheme: 'dark' },
}
const WASH = { light: '#fbe6a3', dark: '#57481a' }
const SANS = '--sans'

/** The root of the text in `frame`, dressed; null while there is none. `tongue` is what it is hyphenated by. */
export function suit(frame: HTMLIFrameElement, look: Look, tongue: string): HTMLElement | null {
  const root = dress(frame)
  if (!root) return null
  const colours = look.theme === 'follow' ? null : COLOURS[look.theme]
  const scheme = colours?.scheme ?? (root.style.colorScheme === 'dark' ? 'dark' : 'light')
  root.style.setProperty('--wash', WASH[scheme])
  for (const [name, value] of Object.entries(colours ?? {})) if (name.startsWith('--')) root.style.setProperty(name, value)
  root.style.colorScheme = scheme
  root.style.background = colours?.paper ?? 'transparent'
  root.style.fontSize = `${1.125 * look.size}rem`
  if (look.face === 'sans') root.style.fontFamily = getComputedStyle(document.documentElement).getPropertyValue(SANS)
  root.lang ||= tongue
  const body = root.querySelector('body') as HTMLElement
  body.style.maxWidth = MEASURES[look.measure]
  body.style.hyphens = look.hyphens ? 'auto' : 'manual'
  return root
}
