"""`anagnorisis doctor`: what stands between a phone and the house, each as a sentence with what to do."""
