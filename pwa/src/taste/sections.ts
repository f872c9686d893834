// What the Taste page is made of, in its order; a section is a component of this folder and a line here.
import type { Component } from 'svelte'
import type { TasteOut } from '../lib/nouns'

/** `id` is the anchor of the section, `title` what stands above it. */
type Section<Props extends Record<string, unknown>> = { id: string; title: string; load: () => Promise<{ default: Component<Props> }> }

/** Of the kind that is looked at; they are given what `GET /api/taste` says of it. */
export const OF_A_KIND: readonly Section<{ taste: TasteOut }>[] = [
  { id: 'known', title: 'What I stand on', load: () => import('./Known.svelte') },
  { id: 'foretold', title: 'How well I foretell you', load: () => import('./Foretold.svelte') },
  { id: 'scale', title: 'How you use the numbers', load: () => import('./Scale.svelte') },
  { id: 'goby', title: 'What you go by', load: () => import('./GoBy.svelte') },
  { id: 'thennow', title: 'Then and now', load: () => import('./ThenNow.svelte') },
  { id: 'trust', title: 'Whom I listen to', load: () => import('./Blend.svelte') },
]

/** Of the person, whatever the kind. */
export const OF_YOU: readonly Section<Record<string, never>>[] = [
  { id: 'words', title: 'In your own words', load: () => import('./Words.svelte') },
  { id: 'corrections', title: 'What you put right', load: () => import('./Corrections.svelte') },
  { id: 'noted', title: 'What I note besides', load: () => import('./Signals.svelte') },
  { id: 'sharing', title: 'You and the others here', load: () => import('./Sharing.svelte') },
  { id: 'carry', title: 'Take it with you', load: () => import('./Carry.svelte') },
  { id: 'heads', title: 'A second opinion', load: () => import('./Heads.svelte') },
]
