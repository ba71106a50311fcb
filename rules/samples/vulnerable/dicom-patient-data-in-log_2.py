def handle_store(event):
    print(event.dataset)
    return 0x0000
