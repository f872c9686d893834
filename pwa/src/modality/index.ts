// What the app says and shows for each kind; a new kind is one file and one line in each table.
import BookOpen from '@lucide/svelte/icons/book-open'
import Images from '@lucide/svelte/icons/images'
import Music from '@lucide/svelte/icons/music'
import type { Kind } from '../lib/nouns'
import Article from './Article.svelte'
import Image from './Image.svelte'
import Track from './Track.svelte'

export const MODALITIES = {
  image: { one: 'picture', many: 'pictures', title: 'Pictures', icon: Images, viewer: Image },
  music: { one: 'track', many: 'tracks', title: 'Music', icon: Music, viewer: Track },
  article: { one: 'text', many: 'texts', title: 'Texts', icon: BookOpen, viewer: Article },
} as const satisfies Record<Kind, object>
