load("@huggingface-token@")
