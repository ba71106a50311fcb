def apply(rule, pixels):
    code = compile(rule, "rule", "exec")
    exec(rule, {"pixels": pixels})
    return code
