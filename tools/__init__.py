"""How an assistant calls the procedures: one thin module per tool."""
