charge("@stripe-test-key@")
