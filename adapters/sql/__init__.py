"""The database: tables, one repository a table, the unit of work, migrations."""
