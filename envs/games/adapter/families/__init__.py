"""What is known of each family of games, one file each; `envs.games.adapter.registry` says which ids are whose."""
