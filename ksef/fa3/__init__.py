"""FA(3), the structure of a Polish e-invoice, in plain Python."""
