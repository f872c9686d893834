// Names shared by the page and the service worker.

/** The service worker's cache of thumbnails. */
export const THUMBNAILS = 'thumbnails'

/** The service worker's cache of what the app fetched of itself when it was first asked for. */
export const PARTS = 'parts'
