CLIENT = boto3.client("s3", aws_access_key_id="@aws-access-key@")
