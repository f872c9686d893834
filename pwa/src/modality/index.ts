// What the app says and shows for each kind; a new kind is one file and one line in each table.
import BookOpen from '@lucide/svelte/icons/book-open'
import Images from '@lucide/svelte/icons/images'
import Music from '@lucide/svelte/icons/music'
import type { Kind } from '../lib/nouns'

export const MODALITIES = {
  image: { one: 'picture', many: 'pictures', title: 'Pictures', icon: Images },
  music: { one: 'track', many: 'tracks', title: 'Music', icon: Music },
  article: { one: 'text', many: 'texts', title: 'Texts', icon: BookOpen },
} as const satisfies Record<Kind, object>
