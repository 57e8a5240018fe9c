"""Model fields whose column holds only sealed values.

A value is decrypted when it is read from the instance, not when the row is fetched.
The primary key is part of what a value is bound to: it is set before the first save
(UUID) and never changes. Filtering and `update()` with a plain value are refused.
"""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import BinaryField, CharField, F, Q
from django.db.models.functions import Substr

from intake import crypto


class Sealed:
    """A value as it stands in the column."""

    __slots__ = ("token",)

    def __init__(self, token):
        self.token = token


def is_empty(value) -> bool:
    """Say whether there is nothing to seal."""
    return value is None or value in ("", b"")


class _OpensOnRead:
    """Descriptor: the instance holds what the row has, the reader gets plain values."""

    def __init__(self, field):
        self.field = field

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, Sealed):
            value = self.field.open(value, instance)
            instance.__dict__[name] = value
        return value

    def __set__(self, instance, value):
        instance.__dict__[self.field.attname] = value


class _SealedFieldMixin:
    """Seals on save, opens on read; empty values stay empty and visible as such."""

    def contribute_to_class(self, cls, name, private_only=False):
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _OpensOnRead(self))

    def bound_to(self, instance) -> str:
        return f"{self.model._meta.db_table}.{self.column}:{instance.pk}"

    def from_db_value(self, value, expression, connection):
        return Sealed(value) if value else value

    def pre_save(self, model_instance, add):
        value = model_instance.__dict__[self.attname]
        if isinstance(value, Sealed) and add:
            # A copy under another key would never open again: fail now, not when it is read.
            self.open(value, model_instance)
        if isinstance(value, Sealed) or is_empty(value):
            return value
        return self.seal(value, model_instance)

    def get_prep_value(self, value):
        if isinstance(value, Sealed):
            return value.token
        if is_empty(value):
            return value
        raise self._refusal()

    def get_lookup(self, lookup_name):
        # Patterns would quietly be matched against the sealed text.
        if lookup_name not in ("exact", "in", "isnull"):
            raise self._refusal()
        return super().get_lookup(lookup_name)

    def _refusal(self) -> TypeError:
        return TypeError(f"{self.name} is encrypted: it cannot be filtered or updated in place")

    def value_to_string(self, obj):
        raise TypeError(f"{self.name} is encrypted: it is not serialized")


class EncryptedTextField(_SealedFieldMixin, models.TextField):
    def seal(self, value, instance) -> Sealed:
        return Sealed(crypto.seal_text(value, bound_to=self.bound_to(instance)))

    def open(self, sealed, instance):
        return crypto.unseal_text(sealed.token, bound_to=self.bound_to(instance))


class EncryptedDateField(EncryptedTextField):
    """A date, kept as sealed ISO text."""

    def seal(self, value, instance) -> Sealed:
        return super().seal(value.isoformat(), instance)

    def open(self, sealed, instance):
        return date.fromisoformat(super().open(sealed, instance))


class EncryptedDecimalField(EncryptedTextField):
    """An amount, kept as sealed digits. Zero is an amount too."""

    def seal(self, value, instance) -> Sealed:
        return super().seal(f"{value:f}", instance)

    def open(self, sealed, instance):
        return Decimal(super().open(sealed, instance))


class EncryptedBytesField(_SealedFieldMixin, models.BinaryField):
    def seal(self, value, instance) -> Sealed:
        return Sealed(crypto.seal(value, bound_to=self.bound_to(instance)))

    def open(self, sealed, instance):
        return crypto.unseal(sealed.token, bound_to=self.bound_to(instance))


def is_filled(instance, name: str) -> bool:
    """Say whether a sealed field holds something, without opening it."""
    return bool(instance.__dict__[name])


def encrypted_fields(model) -> list[models.Field]:
    """Return the sealed fields of a model."""
    return [field for field in model._meta.concrete_fields if isinstance(field, _SealedFieldMixin)]


def sealed_under(model: type[models.Model], key_id: str) -> models.QuerySet:
    """Return the rows of which some field is sealed under that key."""
    head = crypto.header(key_id)
    sealed, heads = Q(), {}
    for field in encrypted_fields(model):
        is_bytes = isinstance(field, EncryptedBytesField)
        name = f"{field.name}_head"
        kind = BinaryField() if is_bytes else CharField()
        heads[name] = Substr(F(field.name), 1, len(head), output_field=kind)
        sealed |= Q(**{name: head if is_bytes else head.decode()})
    return model.objects.annotate(**heads).filter(sealed).only("pk")
