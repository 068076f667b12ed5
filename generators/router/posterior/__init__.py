"""What is believed of every arm's quality: a Bayesian linear model each, fitted to scores and moved by votes."""
