def view(request):
    upload = request.FILES["image"]
    with open("/srv/images/" + upload.name, "wb") as stream:
        stream.write(b"")
