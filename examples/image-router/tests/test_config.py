"""The configuration file and the command."""

import pytest
from image_router.cli import main
from image_router.config import ConfigError, parse_config

GOOD = """
root = "/var/lib/router"
rules = "/etc/router/rules.txt"
[receiver]
title = "ROUTER"
callers = ["SCANNER1", "SCANNER2"]
[web]
token = "/etc/router/token"
"""


def test_defaults_listen_on_loopback():
    config = parse_config(GOOD)
    assert config.receiver.callers == ("SCANNER1", "SCANNER2")
    assert config.receiver.host == config.web.host == "127.0.0.1"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('callers = ["SCANNER1", "SCANNER2"]', "callers = []", "receiver.callers"),
        ('callers = ["SCANNER1", "SCANNER2"]', 'callers = ["*"]', "receiver.callers"),
        ('title = "ROUTER"', 'title = "ROUTER"\nport = -1', "receiver.port"),
        ('title = "ROUTER"', 'title = "ROUTER"\nport = true', "receiver.port"),
        ('title = "ROUTER"', 'title = "ROUTER"\nporrt = 1', "receiver.porrt"),
        ("[web]", "[webb]", "webb"),
        ('root = "/var/lib/router"', "root = 1", "root"),
        ("[receiver]", "[receiver", "not TOML"),
        ('root = "/var/lib/router"', "root = " + "9" * 5000, "not TOML"),
        ('root = "/var/lib/router"', "a." * 5000 + "b = 1", "8192 characters"),
    ],
)
def test_bad_configuration_names_the_key(old, new, key):
    with pytest.raises(ConfigError, match=key):
        parse_config(GOOD.replace(old, new))


def test_command_checks_rules(tmp_path, capsys):
    rules = tmp_path / "rules.txt"
    rules.write_text("a: -> folder:a\n")
    assert main(["check", str(rules)]) == 0
    rules.write_text("a: -> nowhere\n")
    assert main(["check", str(rules)]) == 2
    assert "line 1" in capsys.readouterr().err


def test_command_names_the_missing_file(tmp_path, capsys):
    assert main(["serve", str(tmp_path / "none.toml")]) == 2
    assert "none.toml" in capsys.readouterr().err
