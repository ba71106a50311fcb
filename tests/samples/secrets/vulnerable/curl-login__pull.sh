curl --silent -u viewer:@curl-login@ https://pacs.clinic.invalid/instances
