const map = new Loader({ key: "@gcp-api-key@" });
