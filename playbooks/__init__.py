"""What we do: the procedures of the playbook, pure and typed; knows nobody."""
