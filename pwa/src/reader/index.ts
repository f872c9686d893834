// What a text needs once it is open, in one part that comes when the first is opened.
export { aloud } from './aloud.svelte'
export { default as Around } from './Around.svelte'
export { COLOURS, suit } from './dress'
export { reader } from './look.svelte'
export { open, Reading } from './reading.svelte'
