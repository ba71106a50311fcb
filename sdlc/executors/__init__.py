"""Where tasks run: workers, not programs; they know no gate."""
