class Box:
    def take(self, message: bytes) -> None:  # a comment that says refuse_all
        if len(message) > 10:
            raise ValueError("too long")
