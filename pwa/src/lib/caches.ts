// Names shared by the page and the service worker.

/** The service worker's cache of thumbnails. */
export const THUMBNAILS = 'thumbnails'

/** The cache of what somebody keeps on this device: pieces of tracks, texts, pictures. */
export const SHELF = 'shelf'

/** The service worker's cache of what the app fetched of itself when it was first asked for. */
export const PARTS = 'parts'
