charge("@braintree-token@")
