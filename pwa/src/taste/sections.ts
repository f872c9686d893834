// What the Taste page is made of, in its order; a section is a component of this folder and a line here.
import type { Load } from '../lib/lazy'
import type { TasteOut } from '../lib/nouns'

/** `id` is the anchor of the section, `title` what stands above it. */
type Titled = { id: string; title: string }
/** Of the kind that is looked at; it is given what `GET /api/taste` says of it. */
export type OfKind = Titled & { of: 'kind'; load: Load<{ taste: TasteOut }> }
/** Of the person, whatever the kind. */
export type OfYou = Titled & { of: 'you'; load: Load<Record<string, never>> }
export type Section = OfKind | OfYou

/** What a person wants to know and to say, open. */
export const OPEN: readonly Section[] = [
  { id: 'known', title: 'What I know so far', of: 'kind', load: () => import('./Known.svelte') },
  { id: 'foretold', title: 'How well I foretell you', of: 'kind', load: () => import('./Foretold.svelte') },
  { id: 'words', title: 'In your own words', of: 'you', load: () => import('./Words.svelte') },
  { id: 'goby', title: 'What you go by', of: 'kind', load: () => import('./GoBy.svelte') },
  { id: 'corrections', title: 'What you put right', of: 'you', load: () => import('./Corrections.svelte') },
  { id: 'scale', title: 'How you use the numbers', of: 'kind', load: () => import('./Scale.svelte') },
  { id: 'thennow', title: 'Then and now', of: 'kind', load: () => import('./ThenNow.svelte') },
]

/** What is looked at once, or by those who ask how it works: folded, and fetched when it is unfolded. */
export const FOLDED: readonly Section[] = [
  { id: 'noted', title: 'What I note besides', of: 'you', load: () => import('./Signals.svelte') },
  { id: 'sharing', title: 'You and the others here', of: 'you', load: () => import('./Sharing.svelte') },
  { id: 'trust', title: 'Whom I listen to', of: 'kind', load: () => import('./Blend.svelte') },
  { id: 'heads', title: 'A second opinion', of: 'you', load: () => import('./Heads.svelte') },
  { id: 'carry', title: 'Take it with you', of: 'you', load: () => import('./Carry.svelte') },
]
