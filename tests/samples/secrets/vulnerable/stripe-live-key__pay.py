charge("@stripe-live-key@")
