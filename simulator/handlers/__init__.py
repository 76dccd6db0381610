"""The endpoints, one idea per module.

Every module of this folder is imported when the server starts and registers its
handlers with ``routes.route``; nothing else has to be told about a new one.
"""
