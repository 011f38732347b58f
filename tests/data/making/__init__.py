"""What `make_documents.py` is made of: one module for each kind of file."""
