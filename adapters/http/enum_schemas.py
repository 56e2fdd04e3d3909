"""How the OpenAPI document describes words of which one is chosen."""

from enum import StrEnum
from inspect import cleandoc
from typing import Any

from litestar.openapi.spec import Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition


class EnumSchemas(OpenAPISchemaPlugin):
    """By the docstring of the class, which says what each word means. Litestar leaves the
    indentation of its lines in it, and Markdown would take them for code.
    """

    @staticmethod
    def is_plugin_supported_type(value: Any) -> bool:
        """Whether it is such a class."""
        return isinstance(value, type) and issubclass(value, StrEnum)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: Any) -> Any:
        """A reference to the component of this class."""
        made = schema_creator.for_enum_field(field_definition)
        component = schema_creator.schema_registry.get_schema_for_field_definition(field_definition)
        if isinstance(component, Schema):
            component.description = cleandoc(field_definition.annotation.__doc__ or "")
        return made
