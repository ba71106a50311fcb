vault login @vault-token@
