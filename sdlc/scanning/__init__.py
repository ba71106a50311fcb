"""What the gate static-analysis drives: semgrep, and the rules that it is given."""
