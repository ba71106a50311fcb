def apply(rule, pixels):
    code = compile(rule, "rule", "exec")
    pixels.apply(rule)
    return code
