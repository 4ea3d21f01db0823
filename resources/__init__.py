"""How an assistant reads the procedures: resources, templates and the playbook texts."""
