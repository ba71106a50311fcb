watch("@newrelic-key@")
