def formula(text):
    return eval(text, {})
