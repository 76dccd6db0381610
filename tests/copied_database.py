"""A copy of the test database, for what needs commits; dropped in the end."""

import shutil
from contextlib import closing

from odoo import tools
from odoo.modules.registry import Registry
from odoo.service.db import exp_duplicate_database
from odoo.sql_db import close_db, db_connect
from odoo.tests import BaseCase, get_db_name
from odoo.tools import SQL


class CopiedDatabase(BaseCase):
    """Tests on a database of their own.

    :cvar database: its name, after ``copy_database``
    """

    @classmethod
    def copy_database(cls, purpose):
        """Copy the test database; the name ends with ``purpose``."""
        cls.database = f"{get_db_name()}_{purpose}"
        # Loading the copy's registry must not start its tests.
        enabled, tools.config["test_enable"] = tools.config["test_enable"], False
        cls.drop()
        cls.addClassCleanup(cls.drop)
        try:
            exp_duplicate_database(get_db_name(), cls.database)
        finally:
            tools.config["test_enable"] = enabled

    @classmethod
    def drop(cls):
        """Drop the copy and its files (Odoo's own drops configured databases only)."""
        Registry.delete(cls.database)
        close_db(cls.database)
        with closing(db_connect("postgres").cursor()) as cr:
            cr._cnx.autocommit = True
            name = SQL.identifier(cls.database)
            cr.execute(SQL("DROP DATABASE IF EXISTS %s WITH (FORCE)", name))
        shutil.rmtree(tools.config.filestore(cls.database), ignore_errors=True)
