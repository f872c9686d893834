"""What a person cares about: a Bayesian linear model of their ratings for each kind, exact at every rating.

Score of an item x by a person: y = x'w + noise, w ~ N(m, S), x = [φ, c]. φ is the item's row of the shared
features (`phi`, held by `spaces`), c what the others of the household say of it (`consensus`). m and S heed
what the person wrote (`wished`), rated elsewhere (`across`) and corrected (`ties`). `posterior` holds the
mathematics, `view` one person's posterior and the score of every item, `learner` the verbs.
"""
