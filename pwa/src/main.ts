// Starts the app.
import { mount } from 'svelte'
import App from './App.svelte'
import './app.css'

// With Trusted Types on, a worker's address must be vouched for; ours is the only one.
const types = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: object): unknown } }).trustedTypes
types?.createPolicy('default', {
  createScriptURL(address: string) {
    if (new URL(address, location.href).pathname === '/sw.js') return address
    throw new TypeError(`not a script of ours: ${address}`)
  },
})

mount(App, { target: document.getElementById('app') as HTMLElement })
