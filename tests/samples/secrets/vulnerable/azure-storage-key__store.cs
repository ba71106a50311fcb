var c = "DefaultEndpointsProtocol=https;AccountName=images;AccountKey=@azure-storage-key@;EndpointSuffix=core";
