"""What judges workflow files of a forge: jobs, rights and steps as data, and the rules about their shape."""
